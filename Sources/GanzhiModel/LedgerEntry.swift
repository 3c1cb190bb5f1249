/// One column of the books.
///
/// Per feed, at any instant, `received = decoded + rejected + retained + shed + pending` in messages, and the decoded
/// readings are the sum of their outcomes.
public enum LedgerColumn: String, Sendable, Hashable, CaseIterable {
    /// Messages received.
    case messagesReceived = "messages.received"
    /// Messages decoded.
    case messagesDecoded = "messages.decoded"
    /// Messages refused whole, by reason.
    case messagesRejected = "messages.rejected"
    /// Retained messages that the feed ignores.
    case messagesRetained = "messages.retained"
    /// Messages dropped under overload.
    case messagesShed = "messages.shed"
    /// Readings that decoded messages held.
    case readingsDecoded = "readings.decoded"
    /// Readings applied to windows, or watched by none.
    case readingsApplied = "readings.applied"
    /// Late readings merged into windows that are reported again.
    case readingsRevised = "readings.revised"
    /// Readings whose windows are all final.
    case readingsLate = "readings.late"
    /// Readings seen before.
    case readingsDuplicate = "readings.duplicate"
    /// Readings refused by themselves, by reason.
    case readingsRejected = "readings.rejected"
    /// Readings kept away from windows, by reason.
    case readingsQuarantined = "readings.quarantined"
    /// Readings dropped under overload.
    case readingsShed = "readings.shed"
    /// Of the applied and revised: missed every window of one measure, but not of the plan.
    case readingsPartlyLate = "readings.partly-late"
    /// Of the applied: from a device that the catalogue does not know.
    case readingsUnknownDevice = "readings.unknown-device"
    /// Messages that the broker sent again after a reconnect and that were already journalled; beside the books.
    case messagesRedelivered = "messages.redelivered"
}

/// A key of the books: feed, column and, where a column has them, a reason code.
public struct LedgerKey: Sendable, Hashable {
    /// Name of the feed.
    public var feed: String
    /// Column.
    public var column: LedgerColumn
    /// Reason code; empty for columns without reasons.
    public var reason: String

    /// Creates a key.
    public init(feed: String, column: LedgerColumn, reason: String = "") {
        self.feed = feed
        self.column = column
        self.reason = reason
    }
}

/// One example of input that did not become an applied reading, kept so that a person can look at it.
public struct LedgerSample: Sendable, Hashable {
    /// Which count it is an example of.
    public var key: LedgerKey
    /// When it came in.
    public var received: Timestamp
    /// Topic it came on, or name of the file.
    public var topic: String
    /// What was seen and what would do.
    public var detail: String
    /// The payload, cut to ``maximumPayload`` bytes.
    public var payload: [UInt8]

    /// Bytes of a payload that a sample keeps.
    public static let maximumPayload = 1024

    /// Creates a sample, cutting the payload.
    public init(key: LedgerKey, received: Timestamp, topic: String, detail: String, payload: [UInt8]) {
        self.key = key
        self.received = received
        self.topic = topic
        self.detail = detail
        self.payload = Array(payload.prefix(Self.maximumPayload))
    }
}
