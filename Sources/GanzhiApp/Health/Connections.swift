import GanzhiMQTT
import GanzhiModel

extension IntakeEvent.Kind {
    /// How the connection stands since this; `nil` where it is as before.
    var connection: Health.Connection? {
        switch self {
        case .connected: Health.Connection(isUp: true)
        case .connectFailed(let failure): Health.Connection(reason: failure.description)
        case .disconnected(let reason): Health.Connection(reason: reason)
        case .takenOver: Health.Connection(reason: "another client took over our session")
        case .subscribed, .subscriptionRefused, .drained: nil
        }
    }
}

extension PublishEvent {
    /// How the connection stands since this; `nil` where it is as before.
    var connection: Health.Connection? {
        switch self {
        case .connected: Health.Connection(isUp: true)
        case .connectFailed(let failure): Health.Connection(reason: failure.description)
        case .disconnected(let reason): Health.Connection(reason: reason)
        case .completed, .refused: nil
        }
    }
}
