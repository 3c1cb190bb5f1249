/// How to reach a broker and who we are there.
public struct BrokerSettings: Sendable, Hashable {
    /// Versions of MQTT that are spoken.
    public enum ProtocolVersion: Sendable, Hashable {
        /// MQTT 5.
        case v5
        /// MQTT 3.1.1: no content type, no reasons, no session expiry (the broker's own setting rules).
        case v311
    }

    /// Name or address.
    public var host: String
    /// TCP port, 1…65535.
    public var port: Int
    /// Version of MQTT.
    public var protocolVersion: ProtocolVersion
    /// Name of the session; two clients with one name throw each other out.
    public var clientID: String
    /// User; `nil` for none.
    public var username: String?
    /// Password as bytes without NUL; `nil` for none.
    public var password: [UInt8]?
    /// TLS; `nil` for plain TCP.
    public var tls: TLSSettings?
    /// Seconds without traffic after which the connection is probed, 5…65535; well above the worst fdatasync.
    public var keepalive: Int
    /// Seconds for which the broker keeps the session while we are away (MQTT 5); 4,294,967,295 for ever.
    public var sessionExpiry: UInt32
    /// Wait before the first attempt to connect again, in milliseconds.
    public var minimumBackOff: Int
    /// Longest wait between attempts, in milliseconds.
    public var maximumBackOff: Int
    /// Connections that feeds are spread over, 1…16.
    public var connections: Int

    /// Creates settings for a plain connection with the usual times.
    public init(
        host: String,
        port: Int = 1883,
        protocolVersion: ProtocolVersion = .v5,
        clientID: String,
        username: String? = nil,
        password: [UInt8]? = nil,
        tls: TLSSettings? = nil,
        keepalive: Int = 60,
        sessionExpiry: UInt32 = 7 * 86_400,
        minimumBackOff: Int = 500,
        maximumBackOff: Int = 30_000,
        connections: Int = 1
    ) {
        self.host = host
        self.port = port
        self.protocolVersion = protocolVersion
        self.clientID = clientID
        self.username = username
        self.password = password
        self.tls = tls
        self.keepalive = keepalive
        self.sessionExpiry = sessionExpiry
        self.minimumBackOff = minimumBackOff
        self.maximumBackOff = maximumBackOff
        self.connections = connections
    }
}

extension BrokerSettings {
    /// The settings of one of the connections: the first has the client id as it is, the others `-2`, `-3` and so on
    /// behind it.
    public func connection(_ index: Int) -> BrokerSettings {
        var settings = self
        if index > 0 { settings.clientID += "-\(index + 1)" }
        return settings
    }
}

/// How a connection is encrypted and who is trusted.
public struct TLSSettings: Sendable, Hashable {
    /// PEM file of the authorities that may have signed the broker's certificate; `nil` for the system's.
    public var caFile: String?
    /// PEM file of our certificate; `nil` for none.
    ///
    /// Read anew at each attempt to connect.
    public var certificateFile: String?
    /// PEM file of its key, without a passphrase.
    public var keyFile: String?
    /// Whether the broker's certificate must name the host; its signature is checked always.
    public var verifyHost: Bool

    /// Creates settings; the host is verified unless told.
    public init(
        caFile: String? = nil,
        certificateFile: String? = nil,
        keyFile: String? = nil,
        verifyHost: Bool = true
    ) {
        self.caFile = caFile
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        self.verifyHost = verifyHost
    }
}
