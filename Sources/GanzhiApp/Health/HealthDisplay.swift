public import GanzhiModel
public import ServiceLifecycle

/// What shows the daemon's health to the outside, over HTTP.
///
/// Made by whoever starts the daemon, so that nothing here knows a web server.
public protocol HealthDisplay: Service {
    /// Shows a health from now on; called once a second.
    func show(_ health: Health)
}
