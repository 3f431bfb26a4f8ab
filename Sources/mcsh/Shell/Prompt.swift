#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asking at the terminal.
enum Prompt {
    /// Asks a question, and reads a line from standard input.
    ///
    /// The question is put on standard error where that is a terminal, else on the terminal itself: nobody is to answer
    /// what stands in a file.
    ///
    /// - Parameter waitForInput: Is called before input is read; false gives up.
    /// - Returns: The line without its end and the blanks around it; nil where it was given up, or where there is no
    ///   terminal to ask at.
    static func answer(to question: String, waitForInput: () -> Bool) -> [UInt8]? {
        if Terminal.isTerminal(STDERR_FILENO) {
            _ = FileDescriptors.write(Array(question.utf8), to: STDERR_FILENO)
        } else {
            let terminal = FileDescriptors.open(Array("/dev/tty".utf8), flags: O_WRONLY)
            guard terminal >= 0 else { return nil }
            defer { close(terminal) }
            guard FileDescriptors.write(Array(question.utf8), to: terminal) == 0 else { return nil }
        }
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            guard waitForInput() else { return nil }
            guard withUnsafeMutableBytes(of: &byte, { FileDescriptors.read(STDIN_FILENO, into: $0) }) == 1,
                byte != UInt8(ascii: "\n")
            else { break }
            answer.append(byte)
        }
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d }
        let start = answer.firstIndex { !isBlank($0) } ?? answer.endIndex
        let end = answer.lastIndex { !isBlank($0) } ?? start
        return start == answer.endIndex ? [] : Array(answer[start...end])
    }
}
