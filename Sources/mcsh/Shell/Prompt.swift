#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asking at the terminal.
enum Prompt {
    /// Asks a question, and reads a line from standard input: whether it begins with `y`.
    ///
    /// The question is put on standard error where that is a terminal, else on the terminal itself: nobody is to answer
    /// what stands in a file.
    ///
    /// - Parameter waitForInput: Is called before input is read; false gives up.
    /// - Returns: False also where there is no terminal to ask at.
    static func ask(_ question: String, waitForInput: () -> Bool) -> Bool {
        if Terminal.isTerminal(STDERR_FILENO) {
            _ = FileDescriptors.write(Array(question.utf8), to: STDERR_FILENO)
        } else {
            let terminal = FileDescriptors.open(Array("/dev/tty".utf8), flags: O_WRONLY)
            guard terminal >= 0 else { return false }
            defer { close(terminal) }
            guard FileDescriptors.write(Array(question.utf8), to: terminal) == 0 else { return false }
        }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while waitForInput(), withUnsafeMutableBytes(of: &byte, { FileDescriptors.read(STDIN_FILENO, into: $0) }) == 1 {
            if byte == UInt8(ascii: "\n") { break }
            answer.append(byte)
        }
        return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y")
    }
}
