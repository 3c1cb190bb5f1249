import GanzhiCatalogue
import GanzhiModel
import GanzhiPipeline

/// Holds a wished suppression against what the city knows.
///
/// A name that nothing has would keep nothing quiet while somebody relies on it, so unknown scenarios, districts and
/// levels are refused. Keys come with the readings, so an unknown one is only pointed out.
struct SuppressionCheck {
    /// What holds now.
    let generation: Generation

    /// Longest text, in characters, and most values of one field.
    private static let longestText = 1000

    /// What is wrong with a wish and what would do; `nil` where it can be granted.
    func problem(of wish: SuppressionWish, at now: Timestamp) -> String? {
        if wish.matchers.isEmpty || wish.matchers.values.contains(where: \.isEmpty) {
            return "Nothing says which warnings are meant. Name a scenario, key, district or level."
        }
        if wish.reason.allSatisfy(\.isWhitespace) {
            return "No reason is given. Say why, for whoever looks at the list."
        }
        let texts = [wish.reason, wish.author ?? ""] + wish.matchers.values.joined()
        if texts.contains(where: { $0.count > Self.longestText })
            || wish.matchers.values.contains(where: { $0.count > Self.longestText })
        {
            return "A text has more than \(Self.longestText) characters, or a field more values. Shorten it."
        }
        return problem(ofTimes: wish, at: now) ?? unknownName(in: wish)
    }

    private func problem(ofTimes wish: SuppressionWish, at now: Timestamp) -> String? {
        let (from, until) = (Self.begin(of: wish, at: now), Self.end(of: wish, at: now))
        guard from.isPlausible, until.isPlausible else { return "Its times are beyond the year 9999." }
        if until <= now { return "It would end at \(until.rfc3339), which is over. Name a later end." }
        if until <= from {
            return "It would end at \(until.rfc3339), before it begins at \(from.rfc3339). Name a later end."
        }
        return nil
    }

    private func unknownName(in wish: SuppressionWish) -> String? {
        for (field, name) in values(of: wish) {
            guard let known = names(of: field), !known.contains(name) else { continue }
            let what = "“\(name)” is no \(field.rawValue) that the daemon knows."
            if let nearest = Suggestion.nearest(to: name, in: known) { return "\(what) Did you mean “\(nearest)”?" }
            guard !known.isEmpty else { return "\(what) Its configuration names none." }
            let some = known.prefix(8).joined(separator: ", ")
            return "\(what) Use one of: \(some)\(known.count > 8 ? ", …" : "")."
        }
        return nil
    }

    /// What is worth a look though it can be granted.
    func notes(on wish: SuppressionWish) -> [String] {
        let keys = knownKeys
        return values(of: wish).compactMap { field, name in
            switch field {
            case .key where !keys.isEmpty && !keys.contains(name):
                let nearest = Suggestion.nearest(to: name, in: keys.sorted { $0.precedesByCodePoint($1) })
                return "No device, district or label of the catalogue is called “\(name)”; it is taken as it is."
                    + (nearest.map { " Did you mean “\($0)”?" } ?? "")
            case .scenario where generation.scenarios.contains { $0.id == name && $0.stage == .retired }:
                return "The scenario “\(name)” is retired: nothing comes of it anyway."
            default: return nil
            }
        }
    }

    /// When a wish begins.
    static func begin(of wish: SuppressionWish, at now: Timestamp) -> Timestamp { wish.from ?? now }

    /// When a wish ends.
    static func end(of wish: SuppressionWish, at now: Timestamp) -> Timestamp {
        switch wish.end {
        case .at(let time): time
        // A time that came from outside may be any; what then is beyond the end of time is refused.
        case .after(let span):
            begin(of: wish, at: now).isPlausible ? begin(of: wish, at: now) + span : .latest + .seconds(1)
        }
    }

    private func values(of wish: SuppressionWish) -> [(Suppression.Field, String)] {
        Suppression.Field.allCases.flatMap { field in (wish.matchers[field] ?? []).map { (field, $0) } }
    }

    /// The names that a field may have, in an order to be shown; `nil` where any may come.
    private func names(of field: Suppression.Field) -> [String]? {
        switch field {
        case .key: nil
        case .level: Level.allCases.map(\.name)
        case .scenario: generation.scenarios.map(\.id).sorted { $0.precedesByCodePoint($1) }
        case .district: districts.sorted { $0.precedesByCodePoint($1) }
        }
    }

    private var districts: Set<String> {
        Set(generation.catalogue.districts.map(\.code)).union(generation.catalogue.devices.compactMap(\.district))
    }

    /// What a scenario may be keyed by, as far as the catalogue tells.
    private var knownKeys: Set<String> {
        guard !generation.catalogue.devices.isEmpty else { return [] }
        return generation.catalogue.devices.reduce(into: districts) { keys, device in
            keys.insert(device.id)
            keys.formUnion(device.labels.values)
        }
    }
}
