/// Kleene's three truth values.
public enum Truth: UInt8, Sendable, Hashable {
    case `false`
    case unknown
    case `true`

    /// The opposite; unknown stays unknown.
    @inlinable public static prefix func ! (truth: Truth) -> Truth { Truth(rawValue: 2 - truth.rawValue)! }

    /// The lesser of both.
    @inlinable public static func && (left: Truth, right: Truth) -> Truth {
        left.rawValue < right.rawValue ? left : right
    }

    /// The greater of both.
    @inlinable public static func || (left: Truth, right: Truth) -> Truth {
        left.rawValue > right.rawValue ? left : right
    }
}
