import Synchronization
import Testing

@testable import mcsh

@Suite struct ProgressTests {
    /// A progress whose clock the test controls, and what it has drawn.
    private final class Fixture: Sendable {
        let time = Mutex(ContinuousClock.now)
        let drawn = Mutex<[String]>([])

        func progress(found: UInt64? = 0) -> Progress {
            Progress(
                ProgressFigures(noun: "keys", total: 1000, found: found), columns: { 80 },
                now: { [self] in time.withLock { $0 } },
                write: { [self] bytes in drawn.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } })
        }

        func pass(milliseconds: Int) { time.withLock { $0 += .milliseconds(milliseconds) } }

        func takeDrawn() -> [String] {
            drawn.withLock { drawn in
                defer { drawn = [] }
                return drawn
            }
        }
    }

    @Test func `the line appears after half a second, and at most five times a second`() {
        let fixture = Fixture()
        let progress = fixture.progress()
        fixture.pass(milliseconds: 499)
        progress.drawIfDue()
        #expect(fixture.takeDrawn() == [])
        progress.set(done: 250, found: 3)
        fixture.pass(milliseconds: 1)
        progress.drawIfDue()
        progress.drawIfDue()
        #expect(fixture.takeDrawn() == ["\r250 of 1,000 keys (25.0%), 3 found, 500/s, 2s left\u{1B}[K"])
        for _ in 0..<100 {
            fixture.pass(milliseconds: 10)
            progress.drawIfDue()
        }
        #expect(fixture.takeDrawn().count == 5)
    }

    @Test func `if all items are wanted, none counts as found`() {
        let fixture = Fixture()
        let progress = fixture.progress(found: nil)
        fixture.pass(milliseconds: 1000)
        progress.set(done: 500, found: 500)
        progress.drawIfDue()
        #expect(fixture.takeDrawn() == ["\r500 of 1,000 keys (50.0%), 500/s, 1s left\u{1B}[K"])
    }

    @Test func `it is off the screen while something else is written, and at the end`() {
        let fixture = Fixture()
        let progress = fixture.progress()
        progress.aside { #expect(fixture.takeDrawn() == []) }
        #expect(!progress.end())
        let other = fixture.progress()
        fixture.pass(milliseconds: 600)
        other.drawIfDue()
        #expect(fixture.takeDrawn().count == 1)
        other.aside {
            #expect(fixture.takeDrawn() == ["\r\u{1B}[K"])
            // No one draws in the meantime.
            other.drawIfDue()
        }
        #expect(fixture.takeDrawn() == [])
        other.drawIfDue()
        #expect(fixture.takeDrawn().count == 1)
        #expect(other.end())
        #expect(fixture.takeDrawn() == ["\r\u{1B}[K"])
        fixture.pass(milliseconds: 600)
        other.drawIfDue()
        #expect(fixture.takeDrawn() == [])
    }

    @Test func `as many figures are shown as fit`() {
        var figures = ProgressFigures(noun: "keys", done: 1_234_567, total: 5_000_000, found: 12)
        let text = "1,234,567 of 5,000,000 keys (24.7%), 12 found, 1,234,567/s, 4s left"
        #expect(figures.text(after: .seconds(1), width: 79) == text)
        #expect(
            figures.text(after: .seconds(1), width: text.count - 1)
                == "1,234,567 of 5,000,000 keys (24.7%), 12 found, 1,234,567/s")
        #expect(figures.text(after: .seconds(1), width: 20) == "1,234,567 of 5,000,0")
        #expect(figures.text(after: .seconds(1), width: 0) == "")
        figures.found = nil
        // More than at the beginning: the total is unknown.
        figures.total = 1_000_000
        #expect(figures.text(after: .seconds(2), width: 79) == "1,234,567 keys, 617,284/s")
        figures.total = nil
        #expect(figures.text(after: .zero, width: 79).hasPrefix("1,234,567 keys, "))
        #expect(
            ProgressFigures(noun: "keys", total: 10).text(after: .seconds(1), width: 79) == "0 of 10 keys (0%), 0/s")
    }
}
