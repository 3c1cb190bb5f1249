import Glibc

/// Who is at the other end of a control connection, as the system vouches for it.
enum ControlPeer {
    /// What the system says about the process at the other end.
    ///
    /// - Source: `struct ucred` of unix(7), which Glibc shows to GNU programs only.
    private struct Credentials {
        var process: Int32 = 0
        var user: UInt32 = .max
        var group: UInt32 = .max
    }

    /// The user's name, `uid 1000` for one without a name.
    static func name(of descriptor: Int32) -> String {
        var peer = Credentials()
        var length = socklen_t(MemoryLayout<Credentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 else { return "unknown" }
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 1 << 14)
        guard getpwuid_r(peer.user, &entry, &buffer, buffer.count, &found) == 0, found != nil else {
            return "uid \(peer.user)"
        }
        return String(cString: entry.pw_name)
    }
}
