public import GanzhiModel

/// What a simulated city has sent, so that the ledger of whoever received it can be checked.
///
/// Add a message when the broker has confirmed it. For a feed that got these messages and nothing else, and whose
/// `max-ahead` is below half an hour, the ledger must say what ``ledger`` says.
public struct CityReport: Sendable, Hashable {
    /// Messages sent.
    public private(set) var messages: Int64 = 0
    /// Bytes of their payloads.
    public private(set) var bytes: Int64 = 0
    /// Messages by what they were meant to be.
    public private(set) var kinds: [PlannedMessage.Kind: Int64] = [:]
    /// Malformed messages by what is broken in them.
    public private(set) var faults: [PayloadFault: Int64] = [:]
    /// Messages by content type.
    public private(set) var contentTypes: [String: Int64] = [:]
    /// Readings by metric, in messages that are not malformed.
    public private(set) var metrics: [String: Int64] = [:]
    /// Readings in messages that are not malformed.
    public private(set) var readings: Int64 = 0
    /// Of the readings: from clocks an hour ahead, to be quarantined.
    public private(set) var ahead: Int64 = 0
    /// Of the readings: duplicates by the ledger's rule.
    public private(set) var duplicates: Int64 = 0
    /// Of the readings: overtaken by a younger one of their series, so that they may be late; at least as many as are.
    public private(set) var disordered: Int64 = 0

    /// Creates an empty report.
    public init() {}

    /// Enters a message that was sent.
    public mutating func add(_ message: PlannedMessage) {
        messages += 1
        bytes += Int64(message.payload.count)
        kinds[message.kind, default: 0] += 1
        if let fault = message.fault { faults[fault, default: 0] += 1 }
        contentTypes[message.contentType, default: 0] += 1
        if message.readings > 0 { metrics[message.metric, default: 0] += Int64(message.readings) }
        readings += Int64(message.readings)
        ahead += Int64(message.ahead)
        duplicates += Int64(message.duplicates)
        disordered += Int64(message.disordered)
    }

    /// What the books of the feed must say: columns with one value that is certain.
    ///
    /// What is left of the decoded readings is applied, revised or late, as the windows decide: together they are
    /// ``heard``, and the late and revised ones are at most ``disordered``.
    public var ledger: [LedgerColumn: Int64] {
        let malformed = kinds[.malformed, default: 0]
        return [
            .messagesReceived: messages, .messagesDecoded: messages - malformed, .messagesRejected: malformed,
            .readingsDecoded: readings, .readingsQuarantined: ahead, .readingsDuplicate: duplicates,
        ]
    }

    /// Readings that are neither quarantined nor duplicates: applied, revised or late.
    public var heard: Int64 { readings - ahead - duplicates }
}
