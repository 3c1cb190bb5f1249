import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiTestSupport
import Glibc

/// A bare client of a daemon's control socket, for what no command of ours would say.
enum ControlSocket {
    /// Sends bytes over a connection of its own and returns what comes back until the daemon hangs up.
    ///
    /// - Parameter isLast: Whether the daemon is told that nothing follows.
    static func send(_ text: String, to folder: String, isLast: Bool = true) throws -> String {
        let descriptor = try connect(folder)
        defer { close(descriptor) }
        _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if isLast { shutdown(descriptor, Int32(SHUT_WR)) }
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(descriptor, &piece, piece.count), count > 0 { answer += piece[..<count] }
        return String(decoding: answer, as: UTF8.self)
    }

    /// Connects; whoever calls closes.
    static func connect(_ folder: String) throws -> Int32 {
        // A daemon that hangs up in the middle of what we send is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = folder + "/control.sock"
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(107)) }
        let code = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            throw Ganzhi.Failure(description: "cannot connect: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}

extension Installation {
    /// Everything in the journal but messages and ticks.
    func decisions() throws -> [Block.Content] {
        let journal = path("data/journal")
        var reader = JournalReader(folder: journal)
        let last = try JournalExtent(folder: journal).lastSequence
        var found: [Block.Content] = []
        while let block = try reader.next(through: last) {
            switch block.content {
            case .message, .tick: continue
            default: found.append(block.content)
            }
        }
        return found
    }

    /// The commands in the journal.
    func commands() throws -> [Command] {
        try decisions().compactMap { if case .command(let command) = $0 { command } else { nil } }
    }

    /// The generations in the journal, in order.
    func generations() throws -> [String] {
        try decisions().compactMap { if case .config(let generation) = $0 { generation } else { nil } }
    }
}
