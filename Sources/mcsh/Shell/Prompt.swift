#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Asking at the terminal.
enum Prompt {
    /// Asks a question on standard error, and reads a line: whether it begins with `y`.
    static func ask(_ question: String) -> Bool {
        _ = FileDescriptors.write(Array(question.utf8), to: STDERR_FILENO)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while withUnsafeMutableBytes(of: &byte, { FileDescriptors.read(STDIN_FILENO, into: $0) }) == 1 {
            if byte == UInt8(ascii: "\n") { break }
            answer.append(byte)
        }
        return answer.first == UInt8(ascii: "y") || answer.first == UInt8(ascii: "Y")
    }
}
