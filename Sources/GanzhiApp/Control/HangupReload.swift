import ServiceLifecycle
import UnixSignals

/// Reloads the configuration whenever SIGHUP comes.
struct HangupReload: Service {
    let signals: UnixSignalsSequence
    let reloader: Reloader

    func run() async throws {
        for await _ in signals.cancelOnGracefulShutdown() {
            _ = try await BlockingThread.run("reload") { reloader.reload(by: "SIGHUP") }
        }
    }
}
