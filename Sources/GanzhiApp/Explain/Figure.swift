import Foundation
import GanzhiStore

/// Numbers for people.
enum Figure {
    /// A number by its shortest digits, whole ones without a point: a threshold as it is held against values.
    static func text(_ number: Double) -> String {
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// A measured value to ten digits: those that a test compares.
    static func precise(_ value: Double) -> String { String(format: "%.10g", value) }

    /// A measured value to six digits, with its unit.
    static func measured(_ value: Double, _ unit: String) -> String {
        EventText.number(value) + (unit.isEmpty ? "" : " \(unit)")
    }

    /// A threshold with its unit.
    static func threshold(_ value: Double, _ unit: String) -> String {
        text(value) + (unit.isEmpty ? "" : " \(unit)")
    }

    /// A share as a percentage.
    static func percent(_ share: Double) -> String { "\(EventText.number(share * 100)) %" }
}
