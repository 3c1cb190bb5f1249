import Foundation
import GanzhiModel
import GanzhiPipeline
import GanzhiStore
import Glibc

/// Where a replay's results go: window lines, events, a database, and the books for the summary.
final class ReplayOutput {
    /// The books so far.
    private(set) var ledger: [LedgerKey: Int64] = [:]
    /// Events so far.
    private(set) var eventCount = 0

    private let windows: OutputFile?
    private let events: OutputFile?
    private let store: EventStore?
    /// What the database gets next: it takes each position once, and the end of the input comes in parts.
    private var held: Commit?

    init(windows: String?, events: String?, database: String?) throws {
        self.windows = try windows.map { try OutputFile($0) }
        self.events = try events.map { try OutputFile($0) } ?? (database == nil ? OutputFile("-") : nil)
        store = try database.map { try EventStore(file: URL(filePath: $0)) }
    }

    var collectsWindows: Bool { windows != nil }

    /// Takes what a flush brought forth.
    func take(_ commit: Commit, from pipeline: inout Pipeline) throws {
        if let windows { try pipeline.takeWindowLines { try windows.write($0) } }
        if let events {
            for event in commit.events {
                try event.bytes.withUnsafeBytes { try events.write($0) }
                try [UInt8(0x0A)].withUnsafeBytes { try events.write($0) }
            }
        }
        if store != nil { try hold(commit) }
        eventCount += commit.events.count
        ledger.merge(commit.ledger) { $0 + $1 }
    }

    /// Writes what is buffered.
    func close() throws {
        try windows?.flush()
        try events?.flush()
        try storeHeld()
        try store?.close()
    }

    private func hold(_ commit: Commit) throws {
        if let position = held?.position, position < commit.position { try storeHeld() }
        if held == nil { held = commit } else { held?.merge(commit) }
    }

    private func storeHeld() throws {
        guard let commit = held else { return }
        try store?.apply(commit, at: commit.events.last?.time ?? Timestamp(microseconds: 0))
        held = nil
    }
}

/// A file that is written from its beginning, or stdout as `-`, with a buffer.
final class OutputFile {
    private let name: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ path: String) throws {
        name = path == "-" ? "stdout" : path
        descriptor = path == "-" ? dup(STDOUT_FILENO) : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw AppError(
                .unavailable,
                "Cannot write \(path): \(String(cString: strerror(errno))). Check folder and rights."
            )
        }
    }

    deinit { Glibc.close(descriptor) }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 18 { try flush() }
    }

    func flush() throws {
        try buffer.withUnsafeBytes { try StandardStreams.write($0, to: descriptor, name: name) }
        buffer.removeAll(keepingCapacity: true)
    }
}
