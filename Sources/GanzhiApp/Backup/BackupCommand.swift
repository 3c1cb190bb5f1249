import Foundation
import GanzhiJournal
import GanzhiModel
import GanzhiStore

/// `ganzhi backup`: a consistent copy of a data folder, also while a daemon writes it.
public enum BackupCommand {
    /// Checkpoints that are copied: the newest, and one more should it be of no use.
    private static let checkpoints = 2
    /// How often it is begun anew when a daemon deletes what was to be copied.
    private static let attempts = 3

    /// Makes a backup in a new folder.
    ///
    /// The order is what makes it consistent: first the checkpoints, then the store, whose position lies behind theirs,
    /// then the journal from the oldest checkpoint on, which reaches at least to that position. All of it is made
    /// in `TARGET.partial`, and gets its name when it is whole and durable.
    ///
    /// - Throws: ``AppError`` where there is no store, the target is there already, or the journal is damaged.
    public static func run(dataFolder: String, target: String, isJSON: Bool) throws {
        let target = target.count > 1 && target.hasSuffix("/") ? String(target.dropLast()) : target
        let partial = target + ".partial"
        let (inner, outer) = (URL(filePath: target).standardized.path, URL(filePath: dataFolder).standardized.path)
        guard !inner.isEmpty, !(inner + "/").hasPrefix(outer.hasSuffix("/") ? outer : outer + "/") else {
            throw AppError(
                .usage,
                "\(target) lies in the data folder, and would be lost with it. Name a folder elsewhere, best on another disk."
            )
        }
        for taken in [target, partial] where FileManager.default.fileExists(atPath: taken) {
            throw AppError(
                .unavailable,
                "\(taken) is there already. Name a folder that is not, such as one with today's date, or remove it."
            )
        }
        let progress = TerminalProgress()
        let reader = try EventsCommand.opening { try EventReader(folder: URL(filePath: dataFolder)) }
        let manifest = try making(partial) {
            var manifest: BackupManifest?
            for attempt in 1...attempts where manifest == nil {
                do {
                    manifest = try make(dataFolder, reader, in: partial, progress)
                } catch let error where attempt < attempts && hasVanished(error) {
                    try FileManager.default.removeItem(atPath: partial)
                }
            }
            try DurableFiles.publish(partial, as: target)
            return manifest
        }
        progress.clear()
        guard let manifest else { return }
        let bytes = manifest.files.reduce(0) { $0 + $1.bytes }
        if !manifest.absent.isEmpty {
            StandardStreams.talk(
                "Not in \(dataFolder), and so not in the backup: \(manifest.absent.joined(separator: ", ")). Keep a copy of "
                    + "its archive too."
            )
        }
        try StandardStreams.print(
            isJSON
                ? JSONLine.text(manifest)
                : "\(target): \(manifest.files.count) files, \(bytes >> 20) MiB, up to event \(manifest.serial) and block "
                    + "\(manifest.position)"
        )
    }

    /// Whether a file was deleted before it was copied, as a daemon does with old checkpoints and segments.
    private static func hasVanished(_ error: any Error) -> Bool {
        switch error {
        case let error as JournalError: error.isVanished
        case let error as CocoaError: [.fileNoSuchFile, .fileReadNoSuchFile].contains(error.code)
        default: false
        }
    }

    /// Runs what fills a folder, and removes the folder where that fails.
    static func making<Result>(_ folder: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            switch error {
            case let error as AppError: throw error
            case let error as JournalError: throw AppError(.data, "\(error)")
            case let error as StoreError: throw AppError(.unavailable, "\(error)")
            default: throw AppError(.unavailable, "\(folder) cannot be written: \(error.localizedDescription)")
            }
        }
    }

    private static func make(
        _ data: String,
        _ reader: EventReader,
        in folder: String,
        _ progress: TerminalProgress
    ) throws -> BackupManifest {
        let manager = FileManager.default
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var names: [String] = []

        let checkpoints = CheckpointFolder(dataFolder: data)
        let copies = CheckpointFolder(dataFolder: folder)
        let positions = try checkpoints.positions().prefix(Self.checkpoints)
        if !positions.isEmpty {
            try manager.createDirectory(atPath: copies.path, withIntermediateDirectories: false)
            for position in positions {
                try DurableFiles.copy(checkpoints.file(at: position), to: copies.file(at: position))
                names.append(String(copies.file(at: position).dropFirst(folder.count + 1)))
            }
            try DurableFiles.synchronize(copies.path)
        }

        let snapshot = try reader.copy(to: URL(filePath: "\(folder)/\(EventStore.fileName)")) {
            progress.show("store: page", UInt64($0), of: UInt64($1))
        }
        try DurableFiles.synchronize("\(folder)/\(EventStore.fileName)")
        names.append(EventStore.fileName)
        var absent: [String] = []
        for file in snapshot.sealed {
            let place = reader.url(of: file).path(percentEncoded: false)
            guard manager.fileExists(atPath: place) else {
                absent.append(file.name)
                continue
            }
            try DurableFiles.link(place, to: "\(folder)/\(file.name)")
            names.append(file.name)
        }

        let journal = "\(data)/journal"
        if manager.fileExists(atPath: journal) {
            try manager.createDirectory(atPath: "\(folder)/journal", withIntermediateDirectories: false)
            let extent = try JournalExtent(folder: journal)
            let oldest = positions.last ?? 0
            // The daemon may have let go what lies between since the checkpoints were copied.
            guard extent.firstSequence <= (positions.first ?? 0) + 1 else {
                throw JournalError.missing(sequence: (positions.first ?? 0) + 1, folder: journal)
            }
            let last = max(extent.lastSequence, snapshot.position)
            names += try JournalCopy.copy(
                from: journal,
                to: "\(folder)/journal",
                first: max(extent.firstSequence, oldest + 1),
                last: last
            ) { progress.show("journal: block", $0, of: last) }.map { "journal/\($0)" }
            try DurableFiles.synchronize("\(folder)/journal")
        }

        let files = try names.map { name in
            let digest = try DurableFiles.digest("\(folder)/\(name)") { progress.show("\(name): byte", UInt64($0)) }
            return BackupManifest.File(path: name, bytes: digest.bytes, sha256: digest.sha256)
        }
        let manifest = BackupManifest(
            created: Clocks.now.rfc3339,
            position: snapshot.position,
            serial: snapshot.serial,
            eventHash: DurableFiles.hex(snapshot.hash),
            absent: absent,
            files: files
        )
        try manifest.write(to: folder)
        return manifest
    }
}
