import GanzhiModel

// What a checkpoint keeps of commands, and of what they keep back.

extension Suppression {
    func write(to state: inout StateWriter) throws {
        try state.string(id)
        try state.string(kind.rawValue)
        try state.each(matchers) {
            try $1.string($0.key.rawValue)
            try $1.each($0.value) { try $1.string($0) }
        }
        try state.string(author)
        try state.string(reason)
        try state.value(from)
        try state.value(until)
    }

    init(from state: inout StateReader) throws {
        let id = try state.string()
        guard let kind = Kind(rawValue: try state.string()) else {
            throw StateMismatch("a suppression is of a kind that there is not")
        }
        let matchers = try state.each { state in
            guard let field = Field(rawValue: try state.string()) else {
                throw StateMismatch("a suppression asks for a field that there is not")
            }
            return (field, try state.each { try $0.string() })
        }
        self.init(
            id: id,
            kind: kind,
            matchers: Dictionary(uniqueKeysWithValues: matchers),
            author: try state.string(),
            reason: try state.string(),
            from: try state.value(),
            until: try state.value()
        )
    }
}

extension Suppressions.Name {
    func write(to state: inout StateWriter) throws {
        try state.string(scenario)
        try state.string(key)
    }

    init(from state: inout StateReader) throws {
        self.init(scenario: try state.string(), key: try state.string())
    }
}

extension Suppressions.Subject {
    func write(to state: inout StateWriter) throws {
        try name.write(to: &state)
        try state.each(districts) { try $1.string($0) }
        try state.value(level)
        try state.each(maintenance) { try $0.write(to: &$1) }
    }

    init(from state: inout StateReader) throws {
        self.init(
            name: try Suppressions.Name(from: &state),
            districts: try state.each { try $0.string() },
            level: try state.value(),
            maintenance: try state.each { try Scenario.Maintenance(from: &$0) }
        )
    }
}

extension Scenario.Maintenance {
    fileprivate func write(to state: inout StateWriter) throws {
        try state.value(hours)
        try state.value(days)
        try state.value(from)
        try state.value(to)
        try state.string(reason)
    }

    fileprivate init(from state: inout StateReader) throws {
        self.init(
            hours: try state.value(),
            days: try state.value(),
            from: try state.value(),
            to: try state.value(),
            reason: try state.string()
        )
    }
}

extension Publication {
    func write(to state: inout StateWriter) throws {
        try state.value(serial)
        try state.string(topic)
        try state.value(isRetained)
        try state.array(payload)
    }

    init(from state: inout StateReader) throws {
        self.init(
            serial: try state.value(),
            topic: try state.string(),
            isRetained: try state.value(),
            payload: try state.array()
        )
    }
}

extension StandingWarning {
    func write(to state: inout StateWriter) throws {
        for text in [scenario, key, episode, district, suppressedBy] { try state.string(text) }
        try state.value(level)
        try state.value(raised)
        try state.value(instant)
        try state.value(isStale)
        try state.value(serial)
    }

    init(from state: inout StateReader) throws {
        let (scenario, key, episode) = (try state.string(), try state.string(), try state.string())
        let (district, suppressedBy) = (try state.string(), try state.string())
        self.init(
            scenario: scenario,
            key: key,
            episode: episode,
            level: try state.value(),
            raised: try state.value(),
            instant: try state.value(),
            isStale: try state.value(),
            district: district,
            suppressedBy: suppressedBy,
            serial: try state.value()
        )
    }
}
