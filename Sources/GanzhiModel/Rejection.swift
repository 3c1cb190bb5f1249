/// Why a message was refused whole.
public struct Rejection: Error, Sendable, Hashable {
    /// The documented reason code, such as `malformed` or `bad-utf8`; the same everywhere.
    public let reason: String
    /// The first bad record's place in the payload's array, from 0; `nil` where the fault is in the whole.
    public let index: Int?
    /// What was seen and what would do, for people.
    public let detail: String

    /// Creates a rejection.
    public init(_ reason: String, index: Int? = nil, detail: String) {
        self.reason = reason
        self.index = index
        self.detail = detail
    }
}
