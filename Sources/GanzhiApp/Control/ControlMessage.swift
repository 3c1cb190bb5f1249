public import GanzhiModel

/// What somebody asks of a running daemon: one line of JSON over its control socket.
enum ControlRequest: Sendable, Hashable, Codable {
    /// Keep events from being published for a time.
    case suppress(wish: SuppressionWish)
    /// End a suppression before its time.
    case lift(kind: Suppression.Kind, id: String)
    /// Read the configuration again.
    case reload
    /// Tell the books of the health taken last.
    case ledger
}

/// A silence or maintenance as it is asked for; id, actor and the present time are the daemon's.
public struct SuppressionWish: Sendable, Hashable, Codable {
    /// When it shall end by itself.
    public enum End: Sendable, Hashable, Codable {
        /// At a time.
        case at(Timestamp)
        /// So long after its beginning.
        case after(TimeSpan)
    }

    /// Why it is to be quiet.
    public var kind: Suppression.Kind
    /// Values by field; each field that is named must have one of its values.
    public var matchers: [Suppression.Field: [String]]
    /// Why, in words.
    public var reason: String
    /// Who answers for it; `nil` is whoever asks.
    public var author: String?
    /// When it shall begin; `nil` is at once.
    public var from: Timestamp?
    /// When it shall end.
    public var end: End

    /// Creates a wish.
    public init(
        kind: Suppression.Kind,
        matchers: [Suppression.Field: [String]],
        reason: String,
        author: String? = nil,
        from: Timestamp? = nil,
        end: End
    ) {
        self.kind = kind
        self.matchers = matchers
        self.reason = reason
        self.author = author
        self.from = from
        self.end = end
    }
}

/// What came of a request: one line of JSON back.
struct ControlAnswer: Sendable, Hashable, Codable {
    /// Exit code for who asked; 0 where it was done.
    var code: Int32
    /// What was done, or what was seen, why it cannot work and what to do.
    var message: String
    /// What is worth a look.
    var notes: [String] = []
    /// The suppression.
    var id: String?
    /// When it ends by itself.
    var until: Timestamp?
    /// The block in the journal that says it.
    var block: UInt64?
    /// The generation that holds now.
    var generation: String?
    /// What is otherwise in it than in the one before.
    var changes: GenerationDiff?
    /// What stands in the books.
    var books: LedgerBooks?

    /// What was done.
    static func done(_ message: String, block: UInt64? = nil) -> ControlAnswer {
        ControlAnswer(code: 0, message: message, block: block)
    }

    /// Why nothing was done.
    static func refused(_ code: AppError.Code, _ message: String, notes: [String] = []) -> ControlAnswer {
        ControlAnswer(code: code.rawValue, message: message, notes: notes)
    }
}
