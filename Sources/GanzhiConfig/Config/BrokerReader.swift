import Foundation
import GanzhiMQTT
import GanzhiModel

/// Reads how to reach the broker.
///
/// - `host` (text, default `localhost`), `port` (1 to 65535, default 1883, with TLS 8883).
/// - `protocol` (`5` or `3.1.1`, default `5`).
/// - `client-id` (text, default `ganzhi-CITY-NODE`): two clients with one id throw each other out.
/// - `username` (text), `password-file` (path of a file with mode 0600) or `password-env` (name of a variable).
/// - `keepalive` (duration, `5s` to `65535s`, default `60s`).
/// - `session-expiry` (duration or `never`, default `7d`): how long the broker keeps what we miss; MQTT 5 only.
/// - `connections` (1 to 16, default 1): feeds that do not overlap are spread over so many connections; the second has
///   the client id with `-2` behind it, and so on.
/// - `tls`: `ca`, `certificate`, `key` (paths of PEM files), `verify-host` (default `true`).
struct BrokerReader {
    /// The config's folder, empty or with a `/` at its end.
    let folder: String
    let environment: [String: String]

    func read(_ value: YAMLValue?, clientID: String) -> BrokerSettings {
        var broker = BrokerSettings(host: "localhost", clientID: clientID)
        guard let mapping = value?.mapping(.configBroker) else { return broker }
        if let host = mapping["host"]?.text("a host's name or address") { broker.host = host }
        if let version = mapping["protocol"]?.choice([("5", BrokerSettings.ProtocolVersion.v5), ("3.1.1", .v311)]) {
            broker.protocolVersion = version
        }
        broker.tls = mapping["tls"].map(readTLS)
        broker.port = mapping["port"]?.wholeNumber(in: 1...65_535) ?? (broker.tls == nil ? 1883 : 8883)
        if let id = mapping["client-id"].flatMap(readClientID) { broker.clientID = id }
        if let connections = mapping["connections"]?.wholeNumber(in: 1...16) { broker.connections = connections }
        broker.username = mapping["username"]?.text("a user's name")
        broker.password = readPassword(mapping)
        if let keepalive = mapping["keepalive"].flatMap(readKeepalive) { broker.keepalive = keepalive }
        if let expiry = mapping["session-expiry"] {
            if let seconds = readExpiry(expiry) { broker.sessionExpiry = seconds }
            if broker.protocolVersion == .v311 {
                expiry.report(
                    "MQTT 3.1.1 cannot ask for `session-expiry`; the broker's own setting rules.",
                    "Use `protocol: 5`, or remove the key.",
                    severity: .warning
                )
            }
        }
        return broker
    }

    private func path(_ text: String) -> String { text.hasPrefix("/") ? text : folder + text }

    private func readClientID(_ value: YAMLValue) -> String? {
        value.read("a client's id", "Write for example `ganzhi-330100-n1`.") { text throws(Fault) in
            guard !text.isEmpty, text.utf8.count <= 128, !text.unicodeScalars.contains(where: { $0.value < 0x20 })
            else {
                throw Fault(
                    "\(ScalarText.quoted(text)) cannot be a client's id: the broker keeps the session under it.",
                    "Use 1 to 128 bytes without control characters."
                )
            }
            return text
        }
    }

    private func readKeepalive(_ value: YAMLValue) -> Int? {
        guard let span = value.duration() else { return nil }
        guard span >= .seconds(5), span <= .seconds(65_535), span.isMultiple(of: .seconds(1)) else {
            value.report(
                "`keepalive` is \(span); MQTT takes whole seconds, and less than 5s would cut a slow disk off.",
                "Write a duration from `5s` to `65535s`, such as `60s`."
            )
            return nil
        }
        return Int(span.microseconds / 1_000_000)
    }

    private func readExpiry(_ value: YAMLValue) -> UInt32? {
        if value.scalarText == "never" { return .max }
        guard let span = value.duration() else { return nil }
        guard span >= .seconds(1), span.isMultiple(of: .seconds(1)) else {
            value.report(
                "`session-expiry` is \(span): the broker would forget what is published while we are away.",
                "Write whole seconds above 0, such as `7d`, or `never`."
            )
            return nil
        }
        return UInt32(span.microseconds / 1_000_000)
    }

    private func readTLS(_ value: YAMLValue) -> TLSSettings {
        guard let mapping = value.mapping(.configTLS) else { return TLSSettings() }
        let certificate = mapping["certificate"].flatMap(readFile)
        let key = mapping["key"].flatMap(readFile)
        if (mapping["certificate"] == nil) != (mapping["key"] == nil) {
            value.report(
                "`certificate` and `key` go together; only one is given.",
                "Give both, or neither."
            )
        }
        let verifyHost = mapping["verify-host"]?.truth() ?? true
        if !verifyHost {
            mapping["verify-host"]?.report(
                "Without `verify-host` anybody with a certificate of the same authority can pose as the broker.",
                "Set it to `true` where the certificate names the host.",
                severity: .warning
            )
        }
        return TLSSettings(
            caFile: mapping["ca"].flatMap(readFile),
            certificateFile: certificate,
            keyFile: key,
            verifyHost: verifyHost
        )
    }

    private func readFile(_ value: YAMLValue) -> String? {
        guard let path = value.text("a file").map(path) else { return nil }
        guard FileManager.default.isReadableFile(atPath: path) else {
            value.report("“\(path)” cannot be read.", "Check the path and its permissions.")
            return nil
        }
        return path
    }

    private func readPassword(_ mapping: YAMLMapping) -> [UInt8]? {
        let file = mapping["password-file"]
        let variable = mapping["password-env"]
        guard let value = file ?? variable else { return nil }
        if file != nil, let variable {
            variable.report("The password is given twice, by file and by variable.", "Keep one of them.")
        }
        if mapping["username"] == nil {
            value.report("There is a password, but no `username` that it belongs to.", "Add `username`.")
        }
        let password = file != nil ? readPasswordFile(value) : readPasswordVariable(value)
        guard let password, !password.isEmpty, !password.contains(0), password.count <= 65_535 else {
            if password != nil {
                value.report(
                    "The password there is empty, too long or holds a NUL.",
                    "Write the password and nothing else."
                )
            }
            return nil
        }
        return password
    }

    private func readPasswordVariable(_ value: YAMLValue) -> [UInt8]? {
        guard let name = value.text("the name of a variable") else { return nil }
        guard let password = environment[name] else {
            value.report(
                "The environment has no variable “\(name)”.",
                "Set it, or use `password-file`."
            )
            return nil
        }
        return Array(password.utf8)
    }

    private func readPasswordFile(_ value: YAMLValue) -> [UInt8]? {
        guard let path = readFile(value) else { return nil }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0o777
        guard mode & 0o177 == 0 else {
            value.report(
                "“\(path)” has mode 0\(String(mode, radix: 8)), so others can read the password.",
                "Run `chmod 600 \(path)`."
            )
            return nil
        }
        let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
        guard size <= 1 << 20, var bytes = FileManager.default.contents(atPath: path).map(Array.init) else {
            value.report(
                "“\(path)” cannot be a password: it has \(size) bytes.",
                "Write the password and nothing else."
            )
            return nil
        }
        if bytes.last == 0x0A { bytes.removeLast() }
        if bytes.last == 0x0D { bytes.removeLast() }
        return bytes
    }
}
