import MemcacheCore

/// Reads the lines of a script, byte for byte. Reads input only if no complete line is available.
struct LineReader: ~Copyable {
    private let descriptor: Int32
    /// The input read so far; the unused part begins at ``position``.
    private(set) var bytes: [UInt8]
    private var position = 0
    private var isAtEnd: Bool
    private var isAtStart = true
    private var chunk = [UInt8](repeating: 0, count: 65_536)

    /// The line last returned, with its terminator as it is in ``bytes``.
    private(set) var wholeLine = 0..<0

    /// Why reading ended early.
    private(set) var error: FileError?

    /// Whether reading ended because a line has no terminator within ``maximumLineBytes``.
    private(set) var isTooLong = false
    /// The maximum length of a line.
    var maximumLineBytes = LineReader.maximumCommandBytes

    /// The maximum length of a command: longer values are read from a file or are in lines of their own.
    static let maximumCommandBytes = 64 << 20

    /// Lines from an open descriptor.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        bytes = []
        isAtEnd = false
    }

    /// Lines from bytes in memory.
    init(bytes: [UInt8]) {
        descriptor = -1
        self.bytes = bytes
        isAtEnd = true
    }

    /// The range of the next line in ``bytes``, without its terminator; nil after the last one. A carriage return
    /// before the newline is not part of the line.
    ///
    /// - Parameter beforeWaiting: Called before more input is read: a good moment to send pending requests.
    mutating func next(beforeWaiting: () -> Void) -> Range<Int>? {
        var searched = position
        while true {
            if let newline = bytes.span.firstIndex(of: UInt8(ascii: "\n"), from: searched) {
                wholeLine = position..<newline + 1
                position = newline + 1
                skipByteOrderMark()
                return trimmed(wholeLine.dropLast())
            }
            searched = bytes.count
            if isAtEnd {
                guard position < bytes.count else { return nil }
                wholeLine = position..<bytes.count
                position = bytes.count
                skipByteOrderMark()
                return trimmed(wholeLine)
            }
            guard bytes.count - position <= maximumLineBytes else {
                giveUp()
                return nil
            }
            searched -= position
            bytes.removeFirst(position)
            position = 0
            beforeWaiting()
            fill()
        }
    }

    /// Stops reading because the lines that belong together are too long.
    mutating func giveUp() {
        isTooLong = true
        isAtEnd = true
        position = 0
        bytes = []
    }

    private mutating func fill() {
        let count = chunk.withUnsafeMutableBytes { FileDescriptors.read(descriptor, into: $0) }
        if count > 0 {
            bytes.append(contentsOf: chunk[..<count])
        } else {
            isAtEnd = true
            if count < 0 { error = FileError(code: Int32(-count)) }
        }
    }

    /// Skips the byte order mark that some editors put before the first line.
    private mutating func skipByteOrderMark() {
        guard isAtStart else { return }
        isAtStart = false
        guard wholeLine.count >= 3, bytes[wholeLine].starts(with: [0xef, 0xbb, 0xbf]) else { return }
        wholeLine = wholeLine.lowerBound + 3..<wholeLine.upperBound
    }

    private func trimmed(_ line: Range<Int>) -> Range<Int> {
        guard let last = line.last, bytes[last] == UInt8(ascii: "\r") else { return line }
        return line.dropLast()
    }
}
