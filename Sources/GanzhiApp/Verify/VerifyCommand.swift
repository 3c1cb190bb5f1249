import Foundation
import GanzhiJournal
import GanzhiStore

/// `ganzhi verify`: looks whether the books are as they were written.
public enum VerifyCommand {
    /// Takes every step and prints a line for each.
    ///
    /// Changes nothing, works beside a running daemon, and on any copy of a data folder.
    ///
    /// - Throws: ``AppError`` with the code for bad data where something is broken, and where there is no store.
    public static func run(folder: String, isJSON: Bool) throws {
        let progress = TerminalProgress()
        let books = try open(folder, progress)
        var broken: [String] = []
        for step in VerifyStep.all {
            let finding = look(step, books)
            progress.clear()
            try StandardStreams.print(isJSON ? finding.json(step.name) : finding.line(step.name))
            if finding.result == .broken { broken.append(step.name) }
        }
        guard broken.isEmpty else {
            let remedy =
                broken == ["checkpoints"]
                ? "The daemon passes over a checkpoint that it cannot use and takes the one before it, or the journal from "
                    + "its beginning; it writes new ones."
                : "Keep a copy of it, and restore the newest backup with `ganzhi restore`."
            throw AppError(.data, "\(folder) is broken: \(broken.joined(separator: ", ")). \(remedy)")
        }
    }

    private static func open(_ folder: String, _ progress: TerminalProgress) throws -> VerifiedBooks {
        do {
            return try VerifiedBooks(folder: folder, progress: progress)
        } catch let error as StoreError {
            throw AppError(error.isDamage ? .data : .unavailable, "\(error)")
        }
    }

    /// Takes a step; what cannot be read is broken too.
    private static func look(_ step: VerifyStep, _ books: VerifiedBooks) -> VerifyFinding {
        do {
            return try step.look(books)
        } catch {
            return VerifyFinding(problems: ["\(error)"], otherwise: "")
        }
    }
}
