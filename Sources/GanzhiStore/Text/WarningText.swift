public import Foundation
public import GanzhiModel

/// How `ganzhi warnings` shows what stands.
public enum WarningText {
    /// A table with a heading, one warning a line; a single sentence where none stands.
    ///
    /// - Parameters:
    ///   - warnings: What stands, in the order to be shown.
    ///   - zone: Whose clocks show the times.
    ///   - isColoured: Whether levels are coloured, for a terminal.
    public static func lines(
        _ warnings: [StandingWarning],
        zone: TimeZone,
        isColoured: Bool = false
    ) -> [String] {
        guard !warnings.isEmpty else { return ["No warning stands."] }
        var rows = [["LEVEL", "SCENARIO", "KEY", "DISTRICT", "RAISED", "CHANGED", "EPISODE", "STATE"]]
        for warning in warnings {
            rows.append(
                [
                    level(warning), warning.scenario, warning.key, warning.district.isEmpty ? "-" : warning.district,
                    TerminalText.local(warning.raised, in: zone), TerminalText.local(warning.instant, in: zone),
                    warning.episode, state(warning),
                ].map(TerminalText.safe)
            )
        }
        let lines = TerminalText.table(rows)
        guard isColoured else { return lines }
        // Coloured afterwards: escape sequences take no column.
        return lines[..<1]
            + zip(lines.dropFirst(), warnings).map { line, warning in
                let name = level(warning)
                return TerminalText.coloured(name, level: name) + line.dropFirst(name.count)
            }
    }

    /// One line of NDJSON, without the newline.
    ///
    /// `{"scenario":"s","key":"d1","level":"red","episode":"…","raised":ms,"instant":ms,"stale":false,"district":"…",
    /// "suppressedBy":"silence s-20260620-3f9a","serial":7}`, keys in this order; `district` is left out where none is
    /// known, `suppressedBy` where the warning is published.
    public static func json(_ warning: StandingWarning) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("scenario", warning.scenario)
            writer.member("key", warning.key)
            writer.member("level", level(warning))
            writer.member("episode", warning.episode)
            writer.member("raised", warning.raised.milliseconds)
            writer.member("instant", warning.instant.milliseconds)
            writer.name("stale")
            writer.value(warning.isStale)
            if !warning.district.isEmpty { writer.member("district", warning.district) }
            if !warning.suppressedBy.isEmpty { writer.member("suppressedBy", warning.suppressedBy) }
            writer.member("serial", warning.serial)
        }
        return writer.bytes
    }

    private static func state(_ warning: StandingWarning) -> String {
        let suppression = warning.suppressedBy.isEmpty ? nil : "suppressed by \(warning.suppressedBy)"
        return [warning.isStale ? "stale" : nil, suppression].compactMap(\.self).joined(separator: ", ")
    }

    private static func level(_ warning: StandingWarning) -> String { warning.level?.name ?? "none" }
}
