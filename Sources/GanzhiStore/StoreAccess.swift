internal import GRDB

/// Does something with the database, turning SQLite's errors into those of the store.
func accessing<Result>(_ file: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StoreError.database(
            file: file,
            code: error.extendedResultCode.rawValue,
            message: error.message ?? "unknown error"
        )
    }
}
