import Testing

@testable import MemcacheCore

/// The events of a connection, as a transcript. Receivers are identified by the number of their submission.
private enum Event {
    case submit(Int, [ReplyShape] = [.line], timeout: Int = 1000)
    case open
    case element(ReplyElement)
    case abandon(Int)
    case progress
    case waitForReceiver(Int)
    case hold
    case resume
    case expire
    case deadline
    case close
}

/// Plays a transcript: at a time in milliseconds, an event, and the expected response of the machine.
private func play(_ transcript: [(Int, Event, String)], sourceLocation: SourceLocation = #_sourceLocation) {
    var machine = ConnectionStateMachine<Int>()
    let start = ContinuousClock.now
    for (step, (time, event, expected)) in transcript.enumerated() {
        let now = start + .milliseconds(time)
        let action: String
        switch event {
        case .submit(let id, let shapes, let timeout):
            let isAccepted = machine.submit(
                .init(id: id, shapes: shapes, timeout: .milliseconds(timeout), submitted: now, receiver: id))
            action = isAccepted ? "accepted" : "refused"
        case .open:
            machine.opened(at: now)
            action = "open"
        case .element(let element):
            switch machine.receive(element) {
            case .violation: action = "violation"
            case .drop: action = "dropped"
            case .deliver(let delivery):
                let receiver = delivery.receiver.map(String.init) ?? "nobody"
                let progress = delivery.completesSubmission ? ", all" : delivery.completesReply ? ", complete" : ""
                action = "\(receiver) reply \(delivery.reply)\(progress)"
            }
        case .abandon(let id):
            action = machine.abandon(id: id).map { "\($0) gives up" } ?? "nobody"
        case .progress:
            machine.progressed(at: now)
            action = "progress"
        case .waitForReceiver(let milliseconds):
            machine.waitedForReceiver(for: .milliseconds(milliseconds))
            action = "waited"
        case .hold:
            machine.hold()
            action = "held"
        case .resume:
            machine.resume(at: now)
            action = "resumed"
        case .expire:
            switch machine.expire(at: now) {
            case .none: action = "none"
            case .giveUp(let slots): action = "give up " + slots.map { "\($0.id)" }.joined(separator: " ")
            case .close: action = "close"
            }
        case .deadline:
            let milliseconds = machine.deadline.map { ($0 - start) / .milliseconds(1) }
            action = milliseconds.map { "\(Int($0.rounded()))" } ?? "never"
        case .close:
            action = machine.close().map { "\($0.id)\($0.isSent ? "" : " unsent")" }.joined(separator: ", ")
        }
        #expect(action == expected, "step \(step): \(event)", sourceLocation: sourceLocation)
    }
}

@Suite struct ConnectionStateMachineTests {
    @Test func `an error among several values continues up to the fence`() {
        let refusal = ReplyElement.refusal(.serverError, line: 0..<0)
        let value = ReplyElement.value(key: 0..<0, flags: 0, cas: nil, data: 0..<0)
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values, .fence]), "accepted"),
            (1, .submit(2, [.value]), "accepted"),
            (2, .element(value), "1 reply 0"),
            (2, .element(refusal), "1 reply 0"),
            (2, .element(refusal), "1 reply 0"),
            (2, .element(.end), "1 reply 0"),
            (2, .element(.version(0..<0)), "1 reply 0, all"),
            (3, .element(.end), "2 reply 0, all"),
        ])
        // memcached ends the reply with the error.
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values, .fence, .storage]), "accepted"),
            (2, .element(refusal), "1 reply 0"),
            (2, .element(.version(0..<0)), "1 reply 0, complete"),
            (2, .element(.stored), "1 reply 2, all"),
        ])
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values, .fence]), "accepted"),
            (1, .submit(2), "accepted"),
            (2, .element(value), "1 reply 0"),
            (2, .element(.end), "1 reply 0, all"),
            (2, .element(.version(0..<0)), "dropped"),
            (2, .element(.stored), "2 reply 0, all"),
        ])
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values, .fence]), "accepted"),
            (2, .element(refusal), "1 reply 0"),
            (2, .element(.stored), "violation"),
        ])
    }

    /// What a random server sends: a reply to every request, in one of the existing forms, with a mark of the request.
    @Test func `whatever form the replies have, none reaches another's receiver`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            var machine = ConnectionStateMachine<Int>()
            machine.opened(at: .now)
            var sent: [(id: Int, elements: [ReplyElement])] = []
            for id in 0..<Int.random(in: 1...8, using: &random) {
                if machine.needsFence {
                    machine.addFence()
                    sent.append((-1, [.version(0..<0)]))
                }
                let mark = UInt64(id)
                func value() -> ReplyElement { .value(key: 0..<0, flags: mark, cas: nil, data: 0..<0) }
                func refusal() -> ReplyElement { .refusal(.serverError, line: id..<id) }
                let isRead = Bool.random(using: &random)
                _ = machine.submit(
                    .init(
                        id: id, shapes: [isRead ? .values : .line], timeout: .seconds(1), submitted: .now, receiver: id)
                )
                guard isRead else {
                    sent.append((id, [Bool.random(using: &random) ? refusal() : .number(mark)]))
                    continue
                }
                let parts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    Bool.random(using: &random) ? value() : refusal()
                }
                switch Int.random(in: 0..<3, using: &random) {
                case 0: sent.append((id, [refusal()]))
                case 1: sent.append((id, [value(), refusal()]))
                default: sent.append((id, parts + [.end]))
                }
            }
            read: for (id, elements) in sent {
                for element in elements {
                    switch machine.receive(element) {
                    case .drop: #expect(id == -1)
                    case .violation:
                        // Without a fence after it, what follows the error is not read at all.
                        Issue.record("\(element) of \(id)")
                        break read
                    case .deliver(let delivery):
                        #expect(id == -1 || delivery.receiver == nil || delivery.receiver == id)
                        if delivery.leavesEndOpen { break read }
                    }
                }
            }
        }
    }

    @Test func `a server that is not being read is not late, and its time starts again`() {
        play([
            (0, .open, "open"),
            (0, .submit(1), "accepted"),
            (10, .deadline, "1000"),
            (500, .hold, "held"),
            (500, .submit(2), "accepted"),
            (600, .deadline, "never"),
            (5000, .expire, "none"),
            (6000, .resume, "resumed"),
            (6000, .deadline, "7000"),
            (6999, .expire, "none"),
            (7000, .expire, "close"),
        ])
    }

    @Test func `replies go to the submissions in the order of the requests`() {
        play([
            (0, .open, "open"),
            (1, .submit(1), "accepted"),
            (1, .submit(2), "accepted"),
            (2, .element(.stored), "1 reply 0, all"),
            (2, .element(.deleted), "2 reply 0, all"),
            (3, .close, ""),
        ])
    }

    @Test func `a submission of several requests gets several replies`() {
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values, .line]), "accepted"),
            (1, .submit(2), "accepted"),
            (2, .element(.value(key: 0..<1, flags: 0, cas: nil, data: 0..<0)), "1 reply 0"),
            (2, .element(.end), "1 reply 0, complete"),
            (2, .element(.touched), "1 reply 1, all"),
            (2, .element(.ok), "2 reply 0, all"),
        ])
    }

    @Test func `requests submitted before the connection is established are sent when it is`() {
        play([
            (0, .submit(1), "accepted"),
            (5, .open, "open"),
            (6, .close, "1"),
        ])
        play([
            (0, .submit(1), "accepted"),
            (6, .close, "1 unsent"),
        ])
    }

    @Test func `an abandoned reply is dropped and the next one delivered`() {
        play([
            (0, .open, "open"),
            (1, .submit(1, [.values]), "accepted"),
            (1, .submit(2), "accepted"),
            (2, .element(.value(key: 0..<1, flags: 0, cas: nil, data: 0..<0)), "1 reply 0"),
            (3, .abandon(1), "1 gives up"),
            (3, .abandon(1), "nobody"),
            (4, .element(.value(key: 0..<1, flags: 0, cas: nil, data: 0..<0)), "nobody reply 0"),
            (4, .element(.end), "nobody reply 0, all"),
            (5, .element(.number(7)), "2 reply 0, all"),
            (6, .abandon(2), "nobody"),
        ])
    }

    @Test func `an unexpected reply is a violation`() {
        play([(0, .open, "open"), (1, .element(.stored), "violation")])
        play([
            (0, .open, "open"), (1, .submit(1), "accepted"), (2, .element(.stored), "1 reply 0, all"),
            (3, .element(.stored), "violation"),
        ])
    }

    @Test func `a reply of another command's shape is a violation`() {
        play([(0, .open, "open"), (1, .submit(1, [.values]), "accepted"), (2, .element(.stored), "violation")])
        play([(0, .open, "open"), (1, .submit(1), "accepted"), (2, .element(.unknown(0..<1)), "violation")])
    }

    @Test func `the time to answer does not count while the connection is being made`() {
        play([
            (0, .submit(1, timeout: 100), "accepted"),
            (0, .deadline, "never"),
            (5000, .expire, "none"),
            (5000, .open, "open"),
            (5000, .deadline, "5100"),
            (5099, .expire, "none"),
            (5100, .expire, "close"),
        ])
    }

    @Test func `the time to answer counts from the last progress`() {
        play([
            (0, .open, "open"),
            (10, .submit(1, timeout: 100), "accepted"),
            (10, .deadline, "110"),
            (60, .progress, "progress"),
            (60, .deadline, "160"),
            (110, .expire, "none"),
            (160, .expire, "close"),
        ])
    }

    @Test func `the time that a receiver takes is not the server's`() {
        play([
            (0, .open, "open"),
            (10, .submit(1, timeout: 100), "accepted"),
            (20, .progress, "progress"),
            (620, .waitForReceiver(600), "waited"),
            (620, .deadline, "720"),
            (719, .expire, "none"),
            (720, .expire, "close"),
        ])
    }

    @Test func `a later submission may time out while the oldest has time`() {
        play([
            (0, .open, "open"),
            (0, .submit(1, timeout: 1000), "accepted"),
            (0, .submit(2, timeout: 100), "accepted"),
            (0, .submit(3, timeout: 200), "accepted"),
            (0, .submit(4, timeout: 100), "accepted"),
            (0, .deadline, "100"),
            (100, .expire, "give up 2 4"),
            (100, .expire, "none"),
            (100, .deadline, "200"),
            (200, .expire, "give up 3"),
            (200, .deadline, "1000"),
            (300, .element(.stored), "1 reply 0, all"),
            (300, .element(.ok), "nobody reply 0, all"),
            (300, .element(.ok), "nobody reply 0, all"),
            (300, .element(.ok), "nobody reply 0, all"),
            (300, .deadline, "never"),
        ])
    }

    @Test func `the oldest command without an answer closes the connection even if its caller was cancelled`() {
        play([
            (0, .open, "open"),
            (0, .submit(1, timeout: 100), "accepted"),
            (0, .submit(2, timeout: 1000), "accepted"),
            (10, .abandon(1), "1 gives up"),
            (10, .deadline, "100"),
            (100, .expire, "close"),
            (100, .close, "1, 2"),
        ])
    }

    @Test func `nothing is accepted after the end`() {
        play([
            (0, .open, "open"),
            (0, .submit(1), "accepted"),
            (1, .close, "1"),
            (1, .close, ""),
            (2, .submit(2), "refused"),
            (2, .element(.stored), "violation"),
            (2, .abandon(1), "nobody"),
            (2, .deadline, "never"),
            (9000, .expire, "none"),
        ])
    }

    @Test func `order is kept over thousands of submissions`() {
        var transcript: [(Int, Event, String)] = [(0, .open, "open")]
        var next = 1
        for id in 1...5000 {
            transcript.append((0, .submit(id), "accepted"))
            if id.isMultiple(of: 3) {
                transcript.append((0, .element(.stored), "\(next) reply 0, all"))
                next += 1
            }
        }
        while next <= 5000 {
            transcript.append((0, .element(.stored), "\(next) reply 0, all"))
            next += 1
        }
        play(transcript)
    }
}
