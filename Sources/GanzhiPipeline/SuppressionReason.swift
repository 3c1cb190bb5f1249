import GanzhiModel

/// Why an event is kept from being published.
enum SuppressionReason: Hashable {
    /// A silence or maintenance that somebody asked for.
    case command(Suppression)
    /// A time of maintenance that the scenario names.
    case maintenance(reason: String)
    /// A standing warning that mutes this one.
    case inhibition(scenario: String, key: String)

    func write(into writer: inout JSONWriter) {
        writer.object {
            switch self {
            case .command(let suppression):
                $0.member("kind", suppression.kind.rawValue)
                $0.member("id", suppression.id)
                $0.member("author", suppression.author)
                $0.member("reason", suppression.reason)
                $0.member("until", suppression.until.milliseconds)
            case .maintenance(let reason):
                $0.member("kind", "maintenance")
                $0.member("reason", reason)
            case .inhibition(let scenario, let key):
                $0.member("kind", "inhibition")
                $0.member("scenario", scenario)
                $0.member("key", key)
            }
        }
    }
}

extension SuppressionReason: CustomStringConvertible {
    /// In a few words, for lists of what stands.
    var description: String {
        switch self {
        case .command(let suppression): "\(suppression.kind.rawValue) \(suppression.id)"
        case .maintenance: "maintenance"
        case .inhibition(let scenario, let key): "inhibited by \(scenario) at \(key)"
        }
    }
}
