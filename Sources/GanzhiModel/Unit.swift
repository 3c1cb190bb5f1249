/// A unit of measurement: what it measures and how it converts, exactly.
///
/// Understood are the primary and secondary units of the IANA SenML registry, UCUM case-sensitive codes and common
/// spellings (`L/s`, `µg/m³`, `℃`). Where these disagree:
/// - `%` is per cent, as in UCUM. SenML's `%` is a ratio from 0 to 1, which the SenML decoder has already made `/`.
/// - `B` is a byte and `C` a coulomb, as in SenML; UCUM's bel is not known, and degrees Celsius are `Cel`.
/// - `%RH` and `%EL` are shares like `%`; `%LEL` is a dimension of its own, as its 100 % depends on the gas.
/// - Decibels never convert into what they are the logarithm of. A weighting (`dB(A)`) belongs to the metric, not to
///   the unit.
public struct Unit: Sendable, Hashable {
    /// Place in ``UnitTable/entries``.
    private let index: UInt16

    /// Reads a unit; upper and lower case count.
    ///
    /// - Returns: `nil` where the text names no unit that is known; ``suggestion(for:)`` may know what was meant.
    /// - Complexity: One lookup; a second one, with a copy, for spellings with `µ`, `²`, `³`, `^` or blanks around.
    public init?(_ text: String) {
        guard let index = UnitTable.indices[text] ?? UnitTable.indices[UnitTable.simplified(text)] else { return nil }
        self.index = index
    }

    private var entry: UnitTable.Entry { UnitTable.entries[Int(index)] }

    /// The one code of this unit whatever spelling it was read from: SenML's where it has one, else UCUM's.
    public var code: String { entry.code }

    /// What it measures.
    public var dimension: UnitDimension { entry.dimension }

    /// The exact way to the dimension's base unit.
    var toBase: UnitTable.ToBase { entry.conversion }

    /// Whether values in one unit can be expressed in the other.
    public func isConvertible(to other: Unit) -> Bool { dimension == other.dimension }

    /// The codes of all units, in the order of the table: the usual ones of a dimension first.
    public static var codes: [String] { UnitTable.entries.map(\.code) }

    /// The codes of one dimension, for messages that say what would do.
    public static func codes(of dimension: UnitDimension) -> [String] {
        UnitTable.entries.filter { $0.dimension == dimension }.map(\.code)
    }

    /// The unit that was most likely meant by a text that names none, or `nil`.
    public static func suggestion(for text: String) -> String? { Suggestion.nearest(to: text, in: codes) }
}

extension Unit: CustomStringConvertible {
    /// The unit's ``code``.
    public var description: String { code }
}
