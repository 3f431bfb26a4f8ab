import MemcacheCore
import Testing

@testable import mcsh

/// The question before something dangerous, and the answers that confirm it.
@Suite struct DangerConfirmationTests {
    private static func selection(
        _ pool: String?, _ stage: PoolSettings.Stage?
    ) throws -> mcsh.ServerSelection {
        var settings = PoolSettings()
        settings.stage = stage
        return mcsh.ServerSelection(pool: pool, servers: [try WeightedServer("10.0.0.5")], settings: settings)
    }

    private static func answers(_ confirmation: DangerConfirmation, _ answers: String...) -> [Bool] {
        answers.map { confirmation.isConfirmed(by: Array($0.utf8)) }
    }

    @Test func `y confirms if nothing is production`() throws {
        let selection = try Self.selection("sessions", .staging)
        let question = DangerConfirmation(what: "flush_all: all items", selection: selection, hasOption: false)
        #expect(question.text == "flush_all: all items. Go on? [y/N] ")
        #expect(Self.answers(question, "y", "Yes", "", "n", "sessions") == [true, true, false, false, false])
    }

    @Test func `on production only the name confirms`() throws {
        let selection = try Self.selection("sessions", .production)
        let question = DangerConfirmation(what: "flush_all: all items", selection: selection, hasOption: false)
        #expect(question.text == "flush_all: all items. PRODUCTION. Type @sessions to confirm: ")
        #expect(
            Self.answers(question, "y", "yes", "", "session", "sessions ", "sessions", "@sessions")
                == [false, false, false, false, false, true, true])
    }

    @Test func `a server without a pool is named by its address, and -y is reported not to be an answer`() throws {
        let selection = try Self.selection(nil, .production)
        let question = DangerConfirmation(what: "flush_all: all items", selection: selection, hasOption: true)
        #expect(
            question.text
                == "flush_all: all items. PRODUCTION. Type 10.0.0.5:11211 to confirm "
                + "(-y confirms only in scripts): ")
        #expect(Self.answers(question, "y", "10.0.0.5", "10.0.0.5:11211", "") == [false, false, true, false])
    }

    @Test func `a server of a pool is confirmed by its own name and by the pool's`() throws {
        var selection = try Self.selection(nil, .production)
        selection.listingPools = ["sessions", "all"]
        let question = DangerConfirmation(what: "flush_all: all items", selection: selection, hasOption: false)
        #expect(question.text == "flush_all: all items. PRODUCTION. Type 10.0.0.5:11211 to confirm: ")
        #expect(
            Self.answers(question, "10.0.0.5:11211", "@sessions", "sessions", "@all", "other", "y")
                == [true, true, true, true, false, false])
    }
}
