import Glibc

/// Sends datagrams to a Unix socket of this machine.
final class DatagramSocket: Sendable {
    private let descriptor: Int32
    private let address: sockaddr_un
    private let length: socklen_t

    /// A sender; `nil` where the path is longer than an address holds, or no socket can be made.
    ///
    /// - Parameter path: Of the receiver. A leading `@` stands for Linux's abstract names.
    init?(path: String) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard !name.isEmpty, name.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else { return nil }
        self.address = address
        // An abstract name is as long as it is told, a path ends with NUL.
        length = socklen_t(MemoryLayout<sa_family_t>.size + name.count + (name[0] == 0 ? 0 : 1))
    }

    deinit { close(descriptor) }

    /// Sends without waiting; says whether the receiver has it.
    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                return sendto(descriptor, bytes, bytes.count, flags, address, length) == bytes.count
            }
        }
    }
}
