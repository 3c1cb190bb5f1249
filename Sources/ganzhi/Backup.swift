import ArgumentParser
import GanzhiApp

struct Backup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the data folder, also while the daemon runs.",
        discussion: """
            Makes a new folder with store, sealed years, checkpoints, journal and a manifest with the SHA-256 of each file. \
            The daemon is not disturbed. `ganzhi restore` makes a data folder of it again.
            """
    )

    @Argument(help: "The folder to make; must not be there yet.")
    var target: String

    @OptionGroup var place: PlaceOptions

    @Flag(help: "Print the manifest as one line of JSON.")
    var json = false

    func run() throws {
        try BackupCommand.run(dataFolder: place.place().dataFolder, target: target, isJSON: json)
    }
}

struct Restore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a data folder from a backup, and verify it.",
        discussion: """
            Every file is compared with the manifest. What was received after the backup is not in it. Exit code 65 if the \
            backup is damaged.
            """
    )

    @Argument(help: "The backup's folder.")
    var backup: String

    @Option(help: "The data folder to make; must be empty or not there.")
    var data: String

    @Flag(help: "Print what verifying finds as NDJSON.")
    var json = false

    func run() throws { try RestoreCommand.run(backup: backup, dataFolder: data, isJSON: json) }
}
