import Foundation

/// The control socket that a daemon listens at; only the holder of the data folder's lock makes one.
///
/// Its owner alone may connect; where the data folder's group may write to the folder and the owner is in it, the group
/// may connect too.
final class ControlListener: Sendable {
    /// Where it is.
    let path: String
    private let descriptor: Int32

    /// Makes the socket, in the place of one that a dead daemon left.
    ///
    /// - Throws: ``AppError`` where it cannot be made.
    init(dataFolder: String) throws(AppError) {
        let address = try ControlAddress(dataFolder: dataFolder)
        let path = address.path
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFSOCK else {
                throw AppError(.unavailable, "\(path) is not a socket. Move it away: commands come in by that name.")
            }
            unlink(path)
        }
        let descriptor = try ControlAddress.makeSocket()
        // On Linux a socket's file gets the mode that the socket has when it is bound: it is never wider than this.
        guard fchmod(descriptor, 0o600) == 0, address.withAddress({ bind(descriptor, $0, $1) }) == 0,
            Self.admitGroup(of: dataFolder, to: path), listen(descriptor, 16) == 0
        else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw AppError(
                .unavailable,
                "Cannot listen at \(path): \(reason). The data folder must be on a file system that has sockets, and "
                    + "the daemon's user must own it."
            )
        }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    private static func admitGroup(of folder: String, to path: String) -> Bool {
        var status = stat()
        guard stat(folder, &status) == 0 else { return false }
        let isAdmitted = status.st_mode & S_IWGRP != 0 && chown(path, uid_t.max, status.st_gid) == 0
        return chmod(path, isAdmitted ? 0o660 : 0o600) == 0
    }

    /// Waits for the next client; `nil` once the listener was stopped.
    func accept() -> Int32? {
        while true {
            let client = Glibc.accept(descriptor, nil, nil)
            if client >= 0 {
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                return client
            }
            switch errno {
            case EINVAL, EBADF: return nil
            case EMFILE, ENFILE, ENOBUFS, ENOMEM: Thread.sleep(forTimeInterval: 0.1)
            default: continue
            }
        }
    }

    /// Takes no more clients and removes the socket's file.
    func stop() {
        unlink(path)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
