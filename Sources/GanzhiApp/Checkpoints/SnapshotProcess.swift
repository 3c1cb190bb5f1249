import CGanzhi
import Glibc

/// A process that works on memory as it was when it was forked, while the one that forked it goes on.
///
/// The system copies a page before its first change on either side: a consistent cut of any size for the price of copying
/// the tables of pages. Of the threads only the one that forks lives on in it. The C library's memory is made for that;
/// a lock of Swift's own that another thread held just then stays locked, so whoever forks must be ready to end it.
struct SnapshotProcess: ~Copyable {
    /// How it ended.
    enum End {
        case done
        case failed(String)
    }

    private let id: Int32
    private let messages: Int32

    /// Forks a process for a piece of work.
    ///
    /// - Parameter work: What it does there, where only the standard streams are open; the process ends with it, and an
    ///   error's text reaches this one.
    /// - Throws: ``SnapshotRefused`` where the system gives no process.
    init(_ work: () throws -> Void) throws(SnapshotRefused) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SnapshotRefused(code: errno) }
        let pipe = (read: ends[0], write: ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let id = ganzhi_fork_snapshot(pipe.write)
        if id == 0 {
            // Whoever stops the service stops this one too; its handlers are of threads that are not here.
            signal(SIGTERM, SIG_DFL)
            signal(SIGINT, SIG_DFL)
            signal(SIGHUP, SIG_IGN)
            Self.offerItself()
            do {
                try work()
                _exit(0)
            } catch {
                let text = Array("\(error)".utf8)
                _ = text.withUnsafeBytes { write(pipe.write, $0.baseAddress, $0.count) }
                _exit(1)
            }
        }
        close(pipe.write)
        guard id > 0 else {
            close(pipe.read)
            throw SnapshotRefused(code: -id)
        }
        self.id = id
        messages = pipe.read
    }

    /// Lets the system end it, and not the process that forked it, where memory runs out.
    private static func offerItself() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY)
        guard file >= 0 else { return }
        _ = write(file, "1000", 4)
        close(file)
    }

    /// How it ended; `nil` while it works.
    func end() -> End? {
        var status: Int32 = 0
        let ended = waitpid(id, &status, WNOHANG)
        guard ended != 0 else { return nil }
        defer { close(messages) }
        guard ended == id else { return .failed("how it ended cannot be told: \(String(cString: strerror(errno)))") }
        if status == 0 { return .done }
        var text = [UInt8](repeating: 0, count: 4096)
        let count = text.withUnsafeMutableBytes { read(messages, $0.baseAddress, $0.count) }
        return .failed(
            count > 0 ? String(decoding: text.prefix(count), as: UTF8.self) : "it was ended by signal \(status & 0x7F)"
        )
    }

    /// Ends it at once and waits until it is gone.
    consuming func kill() {
        Glibc.kill(id, SIGKILL)
        waitpid(id, nil, 0)
        close(messages)
    }
}

/// The system gives no further process.
struct SnapshotRefused: Error, CustomStringConvertible {
    let code: Int32

    var description: String {
        "No process can be forked for it: \(String(cString: strerror(code))). Copying pages that change meanwhile takes "
            + "memory: let the service have more, or check its limit of tasks."
    }
}
