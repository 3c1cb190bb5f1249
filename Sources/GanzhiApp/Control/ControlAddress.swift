import Glibc

/// Where the control socket of a data folder is.
struct ControlAddress: ~Copyable {
    /// Name of the socket in the data folder.
    static let fileName = "control.sock"

    /// The socket's path.
    let path: String
    /// Path that the system is given: an address holds 107 bytes, so a longer one goes by the opened folder.
    private let shortPath: String
    private let folder: Int32

    /// Finds the socket of a data folder.
    ///
    /// - Throws: ``AppError`` where the path is too long and the folder cannot be opened.
    init(dataFolder: String) throws(AppError) {
        path = dataFolder + "/" + Self.fileName
        guard path.utf8.count >= MemoryLayout.size(ofValue: sockaddr_un().sun_path) else {
            shortPath = path
            folder = -1
            return
        }
        let opened = open(dataFolder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        shortPath = "/proc/self/fd/\(opened)/\(Self.fileName)"
        folder = opened
        guard opened >= 0 else {
            throw AppError(
                .unavailable,
                "Cannot open \(dataFolder): \(String(cString: strerror(errno))). Check the folder and its rights."
            )
        }
    }

    deinit { if folder >= 0 { close(folder) } }

    /// Calls with the address.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: shortPath.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// A new socket of the kind that both sides use.
    static func makeSocket() throws(AppError) -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
        guard descriptor >= 0 else {
            throw AppError(.unavailable, "Cannot create a socket: \(String(cString: strerror(errno))).")
        }
        return descriptor
    }
}
