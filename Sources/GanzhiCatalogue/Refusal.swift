public import GanzhiModel

/// A reading that does not go on, and why.
@frozen public struct Refusal: Sendable, Hashable {
    /// Place of the reading in the decoded batch.
    public var index: Int
    /// Why.
    public var reason: Reason

    /// Creates a refusal.
    @inlinable public init(index: Int, reason: Reason) {
        self.index = index
        self.reason = reason
    }

    /// Why a reading does not go on; in the order of the checks.
    @frozen public enum Reason: UInt8, Sendable, Hashable, CaseIterable {
        /// It carries text, data, or nothing but a sum.
        case notNumeric
        /// Its device or metric has more bytes than ``Normaliser/longestName``.
        case nameTooLong
        /// Its unit cannot be converted to the metric's canonical one.
        case unitMismatch
        /// Converted and calibrated, its value is beyond what a `Double` holds.
        case nonFinite
        /// It is the first of a series, and there are as many as the normaliser may hold.
        case tooManySeries
        /// Its time is ahead of the received time by more than the feed allows.
        case clockAhead

        /// The reason code of ledger and samples.
        public var code: String {
            switch self {
            case .notNumeric: "not-numeric"
            case .nameTooLong: "name-too-long"
            case .unitMismatch: "unit-mismatch"
            case .nonFinite: "non-finite"
            case .tooManySeries: "too-many-series"
            case .clockAhead: "clock-ahead"
            }
        }

        /// The column of the books that it is counted in.
        public var column: LedgerColumn {
            switch self {
            case .notNumeric, .nameTooLong, .unitMismatch, .nonFinite, .tooManySeries: .readingsRejected
            case .clockAhead: .readingsQuarantined
            }
        }
    }
}
