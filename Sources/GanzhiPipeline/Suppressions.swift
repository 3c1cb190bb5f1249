import GanzhiModel

/// What keeps events from being published now, and what was kept back.
///
/// An event is decided and stored as ever. What was kept back of a key is published once nothing keeps it any more, unless
/// it is over and nobody was told that it began.
struct Suppressions {
    /// A scenario at a key.
    struct Name: Hashable {
        var scenario: String
        var key: String
    }

    /// What an event is matched by.
    struct Subject {
        var name: Name
        /// The district and those that it lies within.
        var districts: [String]
        /// The event's level; of one that is cleared the level before.
        var level: Level?
        /// Times of maintenance that its scenario names.
        var maintenance: [Scenario.Maintenance] = []
    }

    /// The newest event of a key that was not published.
    struct Held {
        var publications: [Publication]
        var subject: Subject
        /// Whether the warning is over.
        var isOver: Bool
    }

    /// By id, in the order in which they were asked for.
    private(set) var commands: [Suppression] = []
    /// By scenario that is muted, and by key, the standing warnings that mute it there.
    private var inhibitors: [String: [String: [(scenario: String, level: Level)]]] = [:]
    /// What was kept back.
    private(set) var held: [Name: Held] = [:]
    /// Warnings that stand, as they were last told to the store.
    private(set) var standing: [Name: (warning: StandingWarning, subject: Subject)] = [:]
    /// Standing warnings that subscribers know of.
    private var published: Set<Name> = []
    /// Whether something changed that may let go of what was kept back.
    private(set) var hasChanged = false

    /// Whether nothing needs to be looked at as time passes, but what scenarios say about maintenance.
    var isIdle: Bool { commands.isEmpty && held.isEmpty }

    // MARK: What people ask for

    mutating func insert(_ suppression: Suppression) {
        commands.removeAll { $0.id == suppression.id }
        commands.append(suppression)
        hasChanged = true
    }

    /// Ends a suppression, and says whether there was one.
    mutating func remove(id: String) -> Bool {
        guard commands.contains(where: { $0.id == id }) else { return false }
        commands.removeAll { $0.id == id }
        hasChanged = true
        return true
    }

    /// Ends those whose time is over, and returns their ids.
    mutating func expire(now: Timestamp) -> [String] {
        let over = commands.filter { $0.until <= now }.map(\.id)
        guard !over.isEmpty else { return [] }
        commands.removeAll { $0.until <= now }
        hasChanged = true
        return over
    }

    // MARK: Reasons

    /// What keeps an event of a subject from being published at a time.
    func reasons(for subject: Subject, now: Timestamp) -> [SuppressionReason] {
        let commands = commands.filter { $0.from ?? .never <= now && now < $0.until && Self.matches($0, subject) }
        return commands.map(SuppressionReason.command) + inhibitions(of: subject)
    }

    private func inhibitions(of subject: Subject) -> [SuppressionReason] {
        guard let muting = inhibitors[subject.name.scenario] else { return [] }
        var reasons: [SuppressionReason] = []
        var keys = [subject.name.key]
        for district in subject.districts where !keys.contains(district) { keys.append(district) }
        for key in keys {
            for inhibitor in muting[key] ?? [] where subject.level.map({ $0 <= inhibitor.level }) ?? true {
                reasons.append(.inhibition(scenario: inhibitor.scenario, key: key))
            }
        }
        return reasons
    }

    private static func matches(_ suppression: Suppression, _ subject: Subject) -> Bool {
        suppression.matchers.allSatisfy { field, values in
            switch field {
            case .scenario: values.contains(subject.name.scenario)
            case .key: values.contains(subject.name.key)
            case .district: values.contains { subject.districts.contains($0) }
            case .level: subject.level.map { values.contains($0.name) } ?? false
            }
        }
    }

    // MARK: What stands

    /// Takes note of how a warning stands now.
    ///
    /// - Parameter muted: Scenarios that it mutes while it stands.
    mutating func note(_ warning: StandingWarning, _ subject: Subject, muting muted: [String]) {
        let before = standing[subject.name]?.warning.level
        standing[subject.name] = warning.level == nil ? nil : (warning, subject)
        guard before != warning.level else { return }
        for scenario in muted { set(warning.level, of: subject.name, muting: scenario) }
    }

    private mutating func set(_ level: Level?, of name: Name, muting scenario: String) {
        inhibitors[scenario, default: [:]][name.key, default: []].removeAll { $0.scenario == name.scenario }
        if let level { inhibitors[scenario]![name.key]!.append((name.scenario, level)) }
        hasChanged = true
    }

    /// Takes note of what a standing warning mutes, and of its scenario's maintenance, under another generation.
    mutating func update(_ name: Name, muting muted: [String], maintenance: [Scenario.Maintenance]) {
        standing[name]?.subject.maintenance = maintenance
        held[name]?.subject.maintenance = maintenance
        for scenario in Set(inhibitors.keys).union(muted) {
            set(muted.contains(scenario) ? standing[name]?.warning.level : nil, of: name, muting: scenario)
        }
    }

    /// What is published of an event: nothing where there is a reason, and then it may be kept back.
    ///
    /// - Parameter changesStanding: Whether it tells how a warning stands now; others are not published later.
    mutating func publish(
        _ publications: [Publication],
        _ subject: Subject,
        isOver: Bool,
        changesStanding: Bool,
        isSuppressed: Bool
    ) -> [Publication] {
        guard isSuppressed else {
            if changesStanding { settle(subject.name, isOver: isOver) }
            return publications
        }
        guard changesStanding else { return [] }
        if isOver, !published.contains(subject.name) {
            held[subject.name] = nil
        } else {
            held[subject.name] = Held(publications: publications, subject: subject, isOver: isOver)
        }
        return []
    }

    private mutating func settle(_ name: Name, isOver: Bool) {
        held[name] = nil
        if isOver { published.remove(name) } else { published.insert(name) }
    }

    /// Lets go of what nothing keeps back any more, and brings the standing warnings up to what keeps them.
    ///
    /// - Parameter maintenance: The maintenance of a scenario that holds now.
    /// - Returns: What is to be published, and the warnings that changed, both by scenario and key.
    mutating func release(
        now: Timestamp,
        maintenance: (Subject) -> [SuppressionReason]
    ) -> (publications: [Publication], warnings: [StandingWarning]) {
        hasChanged = false
        var publications: [Publication] = []
        for name in held.keys.sorted(by: Self.precedes) {
            let entry = held[name]!
            guard (reasons(for: entry.subject, now: now) + maintenance(entry.subject)).isEmpty else { continue }
            publications += entry.publications
            settle(name, isOver: entry.isOver)
        }
        var warnings: [StandingWarning] = []
        for name in standing.keys.sorted(by: Self.precedes) {
            let subject = standing[name]!.subject
            let text = (reasons(for: subject, now: now) + maintenance(subject)).map(\.description)
                .joined(separator: ", ")
            guard text != standing[name]!.warning.suppressedBy else { continue }
            standing[name]!.warning.suppressedBy = text
            warnings.append(standing[name]!.warning)
        }
        return (publications, warnings)
    }

    // MARK: State

    func write(to state: inout StateWriter) throws {
        try state.each(commands) { try $0.write(to: &$1) }
        try state.each(inhibitors) { muted, state in
            try state.string(muted.key)
            try state.each(muted.value) { key, state in
                try state.string(key.key)
                try state.each(key.value) {
                    try $1.string($0.scenario)
                    try $1.value($0.level)
                }
            }
        }
        try state.each(held) { held, state in
            try held.key.write(to: &state)
            try state.each(held.value.publications) { try $0.write(to: &$1) }
            try held.value.subject.write(to: &state)
            try state.value(held.value.isOver)
        }
        try state.each(standing) { standing, state in
            try standing.key.write(to: &state)
            try standing.value.warning.write(to: &state)
            try standing.value.subject.write(to: &state)
        }
        try state.each(published) { try $0.write(to: &$1) }
        try state.value(hasChanged)
    }

    init(from state: inout StateReader) throws {
        commands = try state.each { try Suppression(from: &$0) }
        inhibitors = Dictionary(
            uniqueKeysWithValues: try state.each { state in
                (
                    try state.string(),
                    Dictionary(
                        uniqueKeysWithValues: try state.each { state in
                            (try state.string(), try state.each { (scenario: try $0.string(), level: try $0.value()) })
                        }
                    )
                )
            }
        )
        held = Dictionary(
            uniqueKeysWithValues: try state.each { state in
                (
                    try Name(from: &state),
                    Held(
                        publications: try state.each { try Publication(from: &$0) },
                        subject: try Subject(from: &state),
                        isOver: try state.value()
                    )
                )
            }
        )
        standing = Dictionary(
            uniqueKeysWithValues: try state.each { state in
                (
                    try Name(from: &state),
                    (warning: try StandingWarning(from: &state), subject: try Subject(from: &state))
                )
            }
        )
        published = Set(try state.each { try Name(from: &$0) })
        hasChanged = try state.value()
    }

    init() {}

    private static func precedes(_ left: Name, _ right: Name) -> Bool {
        left.scenario == right.scenario
            ? left.key.precedesByCodePoint(right.key) : left.scenario.precedesByCodePoint(right.scenario)
    }
}
