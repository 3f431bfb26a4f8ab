/// What has to happen before the Swift runtime is ready. See cstart.c.
void mcsh_start_finish(void);

/// How many arguments the program has, its name among them; 0 where that is not known here. The Swift runtime reads them
/// from /proc.
int mcsh_argument_count(void);

/// An argument.
char *mcsh_argument(int index);

/// A pipe that programs which are started do not get: `pipe2` with `O_CLOEXEC`, which Swift does not see on Linux.
int mcsh_pipe(int ends[2]);

/// Ends the program with a sentence and this status if it runs out of memory, in place of the abort that Swift has for that.
void mcsh_end_if_out_of_memory(int status);
