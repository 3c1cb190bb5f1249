import Foundation
import GanzhiConfig
import GanzhiModel
import GanzhiStore

/// A scenario in plain words.
struct ExplainText {
    let account: ScenarioAccount
    let reading: LadderReading
    let zone: TimeZone
    let width: Int
    let isColoured: Bool

    /// Everything, line by line.
    var lines: [String] {
        [heading] + describing + watching + measuring + laddering + knowing
            + (account.key.map { [""] + key($0) } ?? [])
    }

    private var heading: String {
        let title = account.title["en"] ?? account.title.min { $0.key < $1.key }?.value
        return account.scenario + (title.map { ": \($0)" } ?? "")
    }

    private var describing: [String] {
        var lines: [String] = []
        lines.append("  stage    \(account.stage): \(Self.stages[account.stage] ?? "")")
        if let owner = account.owner { lines.append("  owner    \(owner)") }
        if let source = account.source {
            let validity =
                switch (source.validFrom, source.validTo) {
                case (nil, nil): "without limits of validity"
                case (let from?, nil): "valid from \(from)"
                case (nil, let to?): "valid to \(to)"
                case (let from?, let to?): "valid from \(from) to \(to)"
                }
            lines.append("  source   \(source.title) (\(source.kind): \(Self.kinds[source.kind] ?? ""))")
            lines.append("           \(validity): \(source.isInForce ? "in force today" : "NOT in force today")")
        }
        return lines
    }

    private static let stages = [
        "trial": "evaluated and stored, published under the trial topic only", "online": "in force",
        "retired": "kept for the record, not evaluated",
    ]

    private static let kinds = [
        "W": "a published warning criterion", "L": "a limit value used as trigger", "P": "local practice",
    ]

    private var watching: [String] {
        var lines = ["", "It watches, per \(account.per):"]
        for input in account.watches {
            let conditions = input.where.sorted { $0.key < $1.key }.map { "\($0.key) is \($0.value)" }
            lines.append(
                "  \(input.name.isEmpty ? "" : "\(input.name): ")\(input.metric)"
                    + (input.unit.map { " in \($0)" } ?? ", whose unit the catalogue does not give,") + " of devices"
                    + (conditions.isEmpty ? "" : " where \(conditions.joined(separator: " and "))")
                    + "; the catalogue has \(input.devices)"
            )
            lines += input.districts.map { district in
                let name = [district.code, district.name ?? ""].filter { !$0.isEmpty }.joined(separator: " ")
                return "    \(name.isEmpty ? "no district" : name): \(names(district.devices))"
            }
            if let bytes = input.bytesPerSeries {
                lines.append(
                    "    memory: \(bytes) bytes per series"
                        + (input.keepsReadings ? ", and 24 per reading that its windows hold" : "")
                )
            }
        }
        lines.append("  keys: \(names(account.keys))")
        let times = account.times
        lines.append(
            "  evaluated every \(times.every)\(times.eager ? ", and at once on each newest reading" : ""); waits "
                + "\(times.lateness) for late readings; a series unheard for \(times.idle) holds nothing up"
        )
        lines.append(
            "  a standing warning is stale after \(times.silence) without evidence"
                + (times.revise == "0s" ? "" : "; readings may correct windows for \(times.revise)")
        )
        return lines
    }

    private func names(_ names: ScenarioAccount.Names) -> String {
        guard names.count > 0 else { return "none" }
        let more = names.count > names.first.count ? ", …" : ""
        return "\(names.count) (\(names.first.joined(separator: ", "))\(more))"
    }

    private var measuring: [String] {
        let rows = account.measures.map { measure in
            let unit = measure.unit.isEmpty ? "" : ", in \(measure.unit)"
            return ["  \(measure.name)", measure.expression, measure.meaning + unit]
        }
        return ["", "Measures:"] + TerminalText.table(rows)
    }

    private var laddering: [String] {
        var lines = ["", "Levels, lowest first:"]
        for level in account.levels {
            let padded = TerminalText.padded(level.level, to: 6)
            lines.append(
                "  \(isColoured ? TerminalText.coloured(padded, level: level.level) : padded)  \(level.when)"
                    + (level.hold == "0s" ? ", at once" : ", for \(level.hold)")
            )
            if level.written != level.when { lines.append("          written as \(level.written)") }
            if let until = level.until { lines.append("          eases when \(until), for \(account.clearHold)") }
        }
        let easing = account.levels.contains { $0.until == nil }
        let clear = account.clear ?? "no level's condition is true"
        lines.append("  clear   \(clear), for \(account.clearHold), and no level holds")
        if easing, account.levels.count > 1 {
            lines.append("  ease    one level down when the level's condition is not true, for \(account.clearHold)")
        }
        return lines
    }

    private var knowing: [String] {
        var lines = ["", "Unknown, so that nothing is raised, eased or cleared:"]
        lines.append("  a measure without readings in its window")
        if account.minimumCoverage > 0 {
            let least = Figure.percent(account.minimumCoverage)
            lines.append("  a measure whose readings cover less than \(least) of its window")
        }
        if !account.times.quietCounts {
            lines.append(
                "  every condition, where no good or uncertain reading came within the last \(account.times.every)"
            )
        }
        return lines
    }
}
