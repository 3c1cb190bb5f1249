public import Foundation
public import GanzhiModel

/// How `ganzhi events` shows events to people.
public enum EventText {
    /// One line: local time, level, what happened, scenario and key (or what the event is about), the first value of
    /// the evidence with its unit, and the title.
    ///
    /// `2026-06-20 14:12:10.412+08:00  yellow  escalated  underpass-flooding  d1  depth 0.17 m  Underpass flooding`
    ///
    /// - Parameters:
    ///   - event: The event; bytes that cannot be read cost the value and the title only.
    ///   - zone: Whose clocks show the time.
    ///   - language: Of the title, as in the scenario; where the title lacks it, one of the same main language or
    ///     English.
    ///   - isColoured: Whether the level is coloured, for a terminal.
    public static func line(
        _ event: Event,
        zone: TimeZone,
        language: String = "en",
        isColoured: Bool = false
    ) -> String {
        let content = EventContent(event.bytes)
        let level = TerminalText.padded(TerminalText.safe(event.level.isEmpty ? "-" : event.level), to: 6)
        var parts = [
            TerminalText.local(event.time, in: zone),
            isColoured && !event.level.isEmpty ? TerminalText.coloured(level, level: event.level) : level,
            TerminalText.padded(TerminalText.safe(action(event.type)), to: 9),
        ]
        parts += (event.scenario.isEmpty ? [event.subject] : [event.scenario, event.key]).map(TerminalText.safe)
        if let measure = content.measure {
            let unit = measure.unit.map { " " + $0 } ?? ""
            parts.append(TerminalText.safe("\(measure.measure) \(number(measure.value))\(unit)"))
        }
        if let title = content.title(in: language) { parts.append(TerminalText.safe(title)) }
        return parts.joined(separator: "  ")
    }

    /// What happened: `raised` for warnings, `device.silent` for others.
    private static func action(_ type: String) -> String {
        for prefix in ["ganzhi.warning.", "ganzhi."] where type.hasPrefix(prefix) {
            return String(type.dropFirst(prefix.count))
        }
        return type
    }

    /// A number to six significant digits: people need no rounding noise, and the JSON form has every digit.
    package static func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
