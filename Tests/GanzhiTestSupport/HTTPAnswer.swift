import Foundation
import Glibc

/// What a server on the loopback interface answers to one request, read from the bare socket.
public struct HTTPAnswer: Sendable {
    /// The status code.
    public let status: Int
    /// The head's fields, names in lower case.
    public let fields: [String: String]
    /// The body.
    public let body: String

    /// The server could not be asked, or what came is no answer.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong.
        public let description: String
    }

    /// Asks and waits for the answer.
    ///
    /// - Parameters:
    ///   - host: An IPv4 address, or `::1`.
    ///   - fields: Further lines of the head.
    public init(
        _ path: String,
        port: Int,
        host: String = "127.0.0.1",
        method: String = "GET",
        fields: [String] = []
    ) throws {
        let descriptor = try Self.connection(host: host, port: port)
        defer { close(descriptor) }
        let head = (["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + fields).joined(
            separator: "\r\n"
        )
        let request = Array((head + "\r\n\r\n").utf8)
        guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(description: "the request could not be sent")
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let border = text.range(of: "\r\n\r\n") else { throw Failure(description: "no answer but “\(text)”") }
        let lines = text[..<border.lowerBound].components(separatedBy: "\r\n")
        guard let status = lines[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Failure(description: "no status in “\(lines[0])”")
        }
        self.status = status
        self.fields = Dictionary(
            lines.dropFirst().compactMap { line in
                line.firstIndex(of: ":").map {
                    (line[..<$0].lowercased(), line[line.index(after: $0)...].trimmingCharacters(in: .whitespaces))
                }
            },
            uniquingKeysWith: { first, _ in first }
        )
        body = String(text[border.upperBound...])
    }

    /// A connected socket.
    public static func connection(host: String = "127.0.0.1", port: Int) throws -> Int32 {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICHOST
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "\(port)", &hints, &found) == 0, let address = found else {
            throw Failure(description: "\(host) is no address")
        }
        defer { freeaddrinfo(found) }
        let descriptor = socket(address.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        guard connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else {
            close(descriptor)
            throw Failure(description: "nobody listens at \(host):\(port)")
        }
        return descriptor
    }

    /// The body as a JSON object; empty where it is none.
    public var object: [String: Any] {
        (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
    }
}
