/// What a person asked the running daemon to do; journalled before it counts, so that a replay does it too.
public struct Command: Sendable, Hashable, Codable {
    /// What is asked.
    public enum Body: Sendable, Hashable, Codable {
        /// Keep events that match from being published for a time.
        case suppress(Suppression)
        /// End a suppression before its time.
        case lift(id: String)
    }

    /// Tells this command from all others.
    public var id: String
    /// Who asked.
    public var actor: String
    /// In which role; empty where none was said.
    public var role: String
    /// What is asked.
    public var body: Body

    /// Creates a command.
    public init(id: String, actor: String, role: String = "", body: Body) {
        self.id = id
        self.actor = actor
        self.role = role
        self.body = body
    }
}

/// A silence, or maintenance: events that match are decided and stored as ever, but not published while it lasts.
public struct Suppression: Sendable, Hashable, Codable {
    /// Why it is quiet.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Somebody knows and does not want to be told again.
        case silence
        /// People work on the devices.
        case maintenance
    }

    /// What an event is matched by.
    public enum Field: String, Sendable, Hashable, Codable, CodingKeyRepresentable, CaseIterable {
        /// Id of its scenario.
        case scenario
        /// Its key within the scenario.
        case key
        /// Code of its district, or of one that this lies within.
        case district
        /// Its level, or for one that is cleared the level before.
        case level
    }

    /// Tells it from all others.
    public var id: String
    /// Why it is quiet.
    public var kind: Kind
    /// Values by field; each field that is named must have one of its values.
    public var matchers: [Field: [String]]
    /// Who answers for it.
    public var author: String
    /// Why, in words.
    public var reason: String
    /// Received time from which it holds; `nil` is at once.
    public var from: Timestamp?
    /// Received time at which it ends by itself.
    public var until: Timestamp

    /// Creates a suppression.
    public init(
        id: String,
        kind: Kind,
        matchers: [Field: [String]],
        author: String,
        reason: String,
        from: Timestamp? = nil,
        until: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.matchers = matchers
        self.author = author
        self.reason = reason
        self.from = from
        self.until = until
    }
}
