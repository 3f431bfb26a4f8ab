#ifndef MCSH_CLIBEDIT_SHIM_H
#define MCSH_CLIBEDIT_SHIM_H

#include <fcntl.h>
#include <histedit.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

// Package.swift says how libedit is linked.
//
// el_set, el_get and history take a variable number of arguments, which Swift cannot pass.

// stdin is a macro in some C libraries.
//
// What libedit draws goes nowhere: the program draws the line itself. Its errors go to standard error, except that it
// does not know the terminal, which does not matter then.
static inline EditLine *mcsh_el_init(const char *program) {
    FILE *nowhere = fopen("/dev/null", "w");
    FILE *errors = fopen("/dev/null", "w");
    if (nowhere == NULL || errors == NULL) {
        if (nowhere != NULL) fclose(nowhere);
        if (errors != NULL) fclose(errors);
        return NULL;
    }
    fcntl(fileno(nowhere), F_SETFD, FD_CLOEXEC);
    setvbuf(errors, NULL, _IONBF, 0);
    EditLine *editor = el_init_fd(program, stdin, nowhere, errors, STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO);
    dup2(STDERR_FILENO, fileno(errors));
    fcntl(fileno(errors), F_SETFD, FD_CLOEXEC);
    return editor;
}

// What el_wline hands out is where libedit itself keeps the line. Sees to it that the cursor is in the line, and that the
// line has its end: some of libedit's own functions leave them elsewhere, and the next one then writes there.
static inline void mcsh_el_check_line(EditLine *editor) {
    LineInfoW *line = (LineInfoW *)(void *)el_wline(editor);
    if (line == NULL || line->buffer == NULL) return;
    if (line->lastchar < line->buffer) line->lastchar = line->buffer;
    if (line->cursor < line->buffer) line->cursor = line->buffer;
    if (line->cursor > line->lastchar) line->cursor = line->lastchar;
    *(wchar_t *)(void *)line->lastchar = L'\0';
}

// EL_REFRESH: variadic. libedit draws nowhere; but that takes the cursor off the end of the line in vi's command mode.
static inline void mcsh_el_refresh(EditLine *editor) {
    el_set(editor, EL_REFRESH);
}

// EL_CLIENTDATA: variadic.
static inline void mcsh_el_set_client_data(EditLine *editor, void *data) {
    el_set(editor, EL_CLIENTDATA, data);
}

// EL_CLIENTDATA: variadic, and answers through a pointer.
static inline void *mcsh_el_client_data(EditLine *editor) {
    void *data = NULL;
    el_get(editor, EL_CLIENTDATA, &data);
    return data;
}

// EL_EDITOR: variadic.
static inline void mcsh_el_set_editor(EditLine *editor, const char *name) {
    el_set(editor, EL_EDITOR, name);
}

// EL_EDITOR: variadic, and answers through a pointer.
static inline const char *mcsh_el_editor(EditLine *editor) {
    const char *name = NULL;
    el_get(editor, EL_EDITOR, &name);
    return name;
}

// EL_SIGNAL: variadic.
static inline void mcsh_el_set_signals(EditLine *editor, int are_handled) {
    el_set(editor, EL_SIGNAL, are_handled);
}

// EL_SETTY: variadic.
static inline void mcsh_el_set_tty(EditLine *editor, const char *mode, const char *setting) {
    el_set(editor, EL_SETTY, mode, setting, NULL);
}

// libedit is made to believe in a terminal of one row: its own drawing, which is never seen, writes beyond the rows that it
// has for some lines that take several, and where the window has become smaller. In one row there is no other to go to.
// EL_GETTC and EL_SETTC: variadic.
static inline void mcsh_el_pretend_size(EditLine *editor) {
    int rows = 0, columns = 0;
    el_get(editor, EL_GETTC, "li", &rows);
    el_get(editor, EL_GETTC, "co", &columns);
    if (rows != 1) el_set(editor, EL_SETTC, "li", "1", NULL);
    if (columns != 80) el_set(editor, EL_SETTC, "co", "80", NULL);
}

static inline char *mcsh_el_checked_prompt(EditLine *editor) {
    static char nothing[1] = "";
    mcsh_el_pretend_size(editor);
    mcsh_el_check_line(editor);
    return nothing;
}

// EL_PROMPT and EL_RPROMPT: variadic. The latter is what libedit asks for first of all when it draws a line.
static inline void mcsh_el_check_before_refresh(EditLine *editor) {
    el_set(editor, EL_PROMPT, mcsh_el_checked_prompt);
    el_set(editor, EL_RPROMPT, mcsh_el_checked_prompt);
}

// EL_GETCFN: variadic.
static inline void mcsh_el_set_reader(EditLine *editor, int (*reader)(EditLine *, wchar_t *)) {
    el_set(editor, EL_GETCFN, reader);
}

// EL_ADDFN: variadic.
static inline void mcsh_el_add_function(
    EditLine *editor, const char *name, const char *help, unsigned char (*function)(EditLine *, int)) {
    el_set(editor, EL_ADDFN, name, help, function);
}

// EL_BIND: variadic.
static inline void mcsh_el_bind(EditLine *editor, const char *key, const char *function) {
    el_set(editor, EL_BIND, key, function, NULL);
}

// EL_BIND with -a, the keys of vi's command mode: variadic.
static inline void mcsh_el_bind_alternate(EditLine *editor, const char *key, const char *function) {
    el_set(editor, EL_BIND, "-a", key, function, NULL);
}

// EL_PREP_TERM: variadic.
static inline void mcsh_el_prepare_terminal(EditLine *editor, int is_prepared) {
    el_set(editor, EL_PREP_TERM, is_prepared);
}

// EL_EDITMODE: variadic.
static inline void mcsh_el_set_editing(EditLine *editor, int is_on) {
    el_set(editor, EL_EDITMODE, is_on);
}

// EL_EDITMODE: variadic, and answers through a pointer.
static inline int mcsh_el_is_editing(EditLine *editor) {
    int is_on = 0;
    el_get(editor, EL_EDITMODE, &is_on);
    return is_on;
}

// EL_HIST wants `history`, which is variadic itself.
static inline void mcsh_el_set_history(EditLine *editor, History *list) {
    el_set(editor, EL_HIST, history, list);
}

// H_SETSIZE: variadic.
static inline void mcsh_history_set_size(History *list, int size) {
    HistEvent event;
    history(list, &event, H_SETSIZE, size);
}

// H_ENTER: variadic.
static inline void mcsh_history_enter(History *list, const char *line) {
    HistEvent event;
    history(list, &event, H_ENTER, line);
}

#endif
