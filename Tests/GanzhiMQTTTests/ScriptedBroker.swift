import Foundation
import GanzhiTestSupport

/// Answers whatever comes first on each connection with the same bytes and hangs up.
final class ScriptedBroker: Sendable {
    let port: Int
    private let listener: Int32

    init(answer: [UInt8]) throws {
        let (listener, port) = try Mosquitto.listen()
        self.listener = listener
        self.port = port
        Thread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var bytes = [UInt8](repeating: 0, count: 1000)
                if recv(connection, &bytes, bytes.count, 0) > 0 { send(connection, answer, answer.count, 0) }
                // Until the client has read it and gone.
                _ = recv(connection, &bytes, bytes.count, 0)
                close(connection)
            }
        }.start()
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }
}
