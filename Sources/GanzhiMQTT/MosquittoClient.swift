import CMosquitto
import Glibc

/// One connection of libmosquitto, from the attempt to its end; a new one is made for each attempt.
///
/// The library runs in its "threaded" mode without any thread: it then never writes by itself but queues, until the
/// owner's loop calls ``write()``. Confined to the thread of that loop; callbacks run inside its calls.
final class MosquittoClient {
    let handle: OpaquePointer

    /// Bytes that are published, retained, when we vanish.
    struct Will {
        var topic: String
        var payload: [UInt8]
    }

    /// The library's one-time set-up.
    private static let library: Void = { mosquitto_lib_init() }()

    /// Prepares a connection.
    ///
    /// - Parameters:
    ///   - settings: Where to and who.
    ///   - keepsSession: Whether the broker shall keep the session while we are away.
    ///   - receiveMaximum: How many messages may be unacknowledged towards us.
    ///   - will: Published by the broker when we vanish.
    ///   - owner: Handed to the callbacks; must outlive this object.
    /// - Throws: ``ConnectionFailure`` for settings that cannot work.
    init(
        settings: BrokerSettings,
        keepsSession: Bool,
        receiveMaximum: Int32,
        will: Will?,
        owner: UnsafeMutableRawPointer
    ) throws(ConnectionFailure) {
        _ = Self.library
        guard let handle = mosquitto_new(settings.clientID, !keepsSession, owner) else {
            throw ConnectionFailure(
                "The client id “\(settings.clientID)” cannot be used. Set one of 1 to 65,535 bytes of UTF-8."
            )
        }
        self.handle = handle
        mosquitto_threaded_set(handle, true)
        let version = settings.protocolVersion == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
        mosquitto_int_option(handle, MOSQ_OPT_PROTOCOL_VERSION, version)
        mosquitto_int_option(handle, MOSQ_OPT_RECEIVE_MAXIMUM, receiveMaximum)
        mosquitto_int_option(handle, MOSQ_OPT_SEND_MAXIMUM, 65_535)
        mosquitto_int_option(handle, MOSQ_OPT_TCP_NODELAY, 1)
        try authenticate(settings)
        if let tls = settings.tls { try encrypt(tls) }
        if let will {
            let code = mosquitto_will_set_v5(
                handle,
                will.topic,
                Int32(will.payload.count),
                will.payload,
                1,
                true,
                nil
            )
            guard code == MOSQ_ERR_SUCCESS.rawValue else {
                throw ConnectionFailure("The status topic “\(will.topic)” cannot be used: \(Self.text(code: code))")
            }
        }
    }

    deinit { mosquitto_destroy(handle) }

    private func authenticate(_ settings: BrokerSettings) throws(ConnectionFailure) {
        guard let username = settings.username else { return }
        var password = settings.password?.map { CChar(bitPattern: $0) }
        guard password?.contains(0) != true else {
            throw ConnectionFailure("The password holds a zero byte, which MQTT libraries cut it at. Set another one.")
        }
        password?.append(0)
        let code = mosquitto_username_pw_set(handle, username, password)
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            throw ConnectionFailure("User name or password cannot be used: \(Self.text(code: code))")
        }
    }

    private func encrypt(_ tls: TLSSettings) throws(ConnectionFailure) {
        let code = mosquitto_tls_set(
            handle,
            tls.caFile,
            tls.caFile == nil ? "/etc/ssl/certs" : nil,
            tls.certificateFile,
            tls.keyFile,
            // A daemon has no terminal to ask for a passphrase at.
            { _, _, _, _ in 0 }
        )
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            let files = [tls.caFile, tls.certificateFile, tls.keyFile].compactMap { $0 }.joined(separator: ", ")
            throw ConnectionFailure(
                "TLS cannot be set up: check that \(files) exist, are readable, and that certificate and key are "
                    + "given together."
            )
        }
        if !tls.verifyHost { mosquitto_tls_insecure_set(handle, true) }
    }

    /// Begins to connect; what becomes of it, the callbacks say.
    ///
    /// Resolving the host's name may block.
    func connect(_ settings: BrokerSettings, keepsSession: Bool) throws(ConnectionFailure) {
        if keepsSession, settings.protocolVersion == .v5 {
            var properties: OpaquePointer?
            mosquitto_property_add_int32(
                &properties,
                Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue),
                settings.sessionExpiry
            )
            defer { mosquitto_property_free_all(&properties) }
            // The library keeps the properties of this call for later connects, but has no variant of it that does not
            // block: without a host it takes them and stops there. (Tested: the session outlives the connection.)
            mosquitto_connect_bind_v5(handle, nil, Int32(settings.port), 60, nil, properties)
        }
        let keepalive = Int32(min(max(settings.keepalive, 5), 65_535))
        let code = mosquitto_connect_bind_async(handle, settings.host, Int32(settings.port), keepalive, nil)
        guard code == MOSQ_ERR_SUCCESS.rawValue || code == MOSQ_ERR_CONN_PENDING.rawValue else {
            throw ConnectionFailure("\(settings.host):\(settings.port): \(Self.text(code: code))")
        }
    }

    /// The connection's socket; -1 for none.
    var socket: Int32 { mosquitto_socket(handle) }

    /// Whether packets wait to be written.
    var wantsWrite: Bool { mosquitto_want_write(handle) }

    /// Reads and handles at least one packet, if there is one.
    ///
    /// - Returns: A code of the library. Most failures come by the callback too, but not those of a TLS handshake.
    func read() -> Int32 { mosquitto_loop_read(handle, 1) }

    /// Writes all packets that wait, as far as the socket takes them.
    ///
    /// - Returns: As for ``read()``.
    func write() -> Int32 { mosquitto_want_write(handle) ? mosquitto_loop_write(handle, 1) : 0 }

    /// Looks after keepalive; to be called about once a second.
    ///
    /// - Returns: As for ``read()``.
    func keepAlive() -> Int32 { mosquitto_loop_misc(handle) }

    /// Whether the broker has hung up and there is nothing left to read.
    var isClosedByPeer: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// What the library says of a return code.
    static func text(code: Int32) -> String {
        let text = code == MOSQ_ERR_ERRNO.rawValue ? strerror(errno) : nil
        return text.map { String(cString: $0) } ?? String(cString: mosquitto_strerror(code))
    }

    /// What a reason code of the broker, or a return code of the library, means.
    static func reason(_ code: Int32) -> String {
        code >= 128 ? "\(String(cString: mosquitto_reason_string(code))) (\(code))" : text(code: code)
    }

    /// What a refusal of a connection means, for both versions of MQTT, and what to do.
    static func refusal(_ code: Int32, _ settings: BrokerSettings) -> ConnectionFailure {
        let meaning =
            code >= 128
            ? String(cString: mosquitto_reason_string(code)) : String(cString: mosquitto_connack_string(code))
        let remedy =
            switch code {
            case 4, 5, 134, 135: " Check user name, password and the broker's rights for this client id."
            case 1, 132: " Set the protocol version that the broker speaks."
            case 2, 133: " Set another client id."
            default: ""
            }
        return ConnectionFailure(
            "\(settings.host):\(settings.port) refused the connection: \(meaning) (\(code))" + remedy
        )
    }
}

/// Why there is no connection, for people.
public struct ConnectionFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was seen and, where it is known, what to do.
    public let description: String

    init(_ description: String) { self.description = description }
}
