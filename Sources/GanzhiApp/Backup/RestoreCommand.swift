import Foundation

/// `ganzhi restore`: makes a data folder from a backup.
public enum RestoreCommand {
    /// Copies a backup into a new data folder, compares every file with the manifest, and verifies the result.
    ///
    /// - Throws: ``AppError`` where the backup is damaged or the folder is not empty; nothing is left behind then. Also where
    ///   the restored books are broken: the folder is there to be looked at.
    public static func run(backup: String, dataFolder: String, isJSON: Bool) throws {
        let manifest = try BackupManifest(folder: backup)
        let manager = FileManager.default
        let target = dataFolder.count > 1 && dataFolder.hasSuffix("/") ? String(dataFolder.dropLast()) : dataFolder
        let partial = target + ".partial"
        if let held = try? manager.contentsOfDirectory(atPath: target), !held.isEmpty {
            throw AppError(
                .unavailable,
                "\(target) is not empty: what is there would be mixed with the backup. Name a folder that is empty, or "
                    + "not there yet."
            )
        }
        guard !manager.fileExists(atPath: partial) else {
            throw AppError(.unavailable, "\(partial) is there, left by a restore that was broken off. Remove it.")
        }
        let progress = TerminalProgress()
        try BackupCommand.making(partial) {
            for file in manifest.files { try copy(file, from: backup, to: partial, progress) }
            try DurableFiles.publish(partial, as: target)
        }
        progress.clear()
        StandardStreams.talk(
            "restored \(manifest.files.count) files of \(manifest.created), up to event \(manifest.serial) and block "
                + "\(manifest.position)"
        )
        try VerifyCommand.run(folder: target, isJSON: isJSON)
    }

    private static func copy(
        _ file: BackupManifest.File,
        from backup: String,
        to folder: String,
        _ progress: TerminalProgress
    ) throws {
        let (source, target) = ("\(backup)/\(file.path)", "\(folder)/\(file.path)")
        guard FileManager.default.fileExists(atPath: source) else {
            throw AppError(.data, "\(source) is missing, though the manifest names it. Use another backup.")
        }
        let place = URL(filePath: target).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try DurableFiles.copy(source, to: target)
        try DurableFiles.synchronize(place)
        let digest = try DurableFiles.digest(target) { bytes in
            progress.show("\(file.path): byte", UInt64(bytes), of: UInt64(file.bytes))
        }
        guard digest.bytes == file.bytes, digest.sha256 == file.sha256 else {
            throw AppError(
                .data,
                "\(source) is not what was backed up: its SHA-256 is \(digest.sha256), not \(file.sha256). Use another backup."
            )
        }
    }
}
