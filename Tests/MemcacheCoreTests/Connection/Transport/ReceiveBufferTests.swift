import Testing

@testable import MemcacheCore

@Suite struct ReceiveBufferTests {
    private func text(_ buffer: ReceiveBuffer) -> String { String(decoding: buffer.bytes, as: UTF8.self) }

    private func add(_ text: String, to buffer: ReceiveBuffer, needed: Int = 0) {
        let room = buffer.room(needed: needed)
        room.copyBytes(from: text.utf8)
        buffer.added(text.utf8.count)
    }

    @Test func `bytes are kept until they are dropped`() {
        let buffer = ReceiveBuffer()
        Array("hello".utf8).withUnsafeBytes { buffer.append($0, needed: 0) }
        add(" world", to: buffer)
        #expect(text(buffer) == "hello world")
        buffer.drop(6)
        #expect(text(buffer) == "world")
        buffer.drop(5)
        #expect(buffer.count == 0)
        add("again", to: buffer)
        #expect(text(buffer) == "again")
    }

    @Test func `there is always room, however much is kept`() {
        let buffer = ReceiveBuffer()
        var expected = ""
        for number in 0..<2000 {
            #expect(buffer.room(needed: 0).count >= 65_536)
            let line = String(repeating: "\(number) ", count: 20)
            add(line, to: buffer)
            expected += line
            buffer.drop(10)
            expected.removeFirst(10)
        }
        #expect(text(buffer) == expected)
    }

    @Test func `a length that lies takes no memory`() {
        let buffer = ReceiveBuffer()
        let room = buffer.room(needed: .max)
        #expect(room.count <= PollLoop.readBytes)
        add("short", to: buffer, needed: .max)
        #expect(text(buffer) == "short")
    }
}
