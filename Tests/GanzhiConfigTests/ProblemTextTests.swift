import Foundation
import GanzhiModel
import GanzhiTestSupport
import Testing

@testable import GanzhiConfig

@Suite struct ProblemTextTests {
    @Test(arguments: [
        ("depth: maen(1m)", 8, "       ^~~~"), ("a: b", 4, "   ^"), ("a: \"b c\" d", 4, "   ^~~~~"),
        ("a: 'b", 4, "   ^~"), ("a >= 3", 3, "  ^~"), ("\ta: bc", 5, "\t   ^~"), ("a", 2, " ^"),
        ("水深: 积水", 5, "      ^~~~"), ("x, y", 2, " ^"), ("", 1, "^"),
    ])
    func `the word at the column is underlined`(line: String, column: Int, underline: String) {
        #expect(ProblemText.underline(line, at: column) == underline)
    }

    @Test func `a problem is printed as compilers do`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("one\n  two: thre\n", to: "f.yaml")
        let problem = Problem(
            .warning,
            file: file.path,
            line: 2,
            column: 8,
            message: "“thre” is odd.",
            remedy: "Did you mean “three”?"
        )
        #expect(
            ProblemText.text(of: [problem]) == """
                \(file.path):2:8: warning: “thre” is odd. Did you mean “three”?
                    2 |   two: thre
                      |        ^~~~

                """
        )
    }

    @Test func `a problem without a place or a file is printed by itself`() {
        let problem = Problem(message: "Nothing works.", remedy: "Try again.")
        #expect(ProblemText.text(of: [problem]) == "error: Nothing works. Try again.\n")
        let absent = Problem(file: "absent.yaml", line: 3, column: 1, message: "No.", remedy: "Yes.")
        #expect(ProblemText.text(of: [absent]) == "absent.yaml:3:1: error: No. Yes.\n")
    }

    @Test func `problems are lines of JSON for programs`() throws {
        let problems = [
            Problem(file: "a.yaml", line: 2, column: 8, message: "A “\"” here.", remedy: "Remove\nit."),
            Problem(.warning, message: "M.", remedy: "R."),
        ]
        #expect(
            String(decoding: ProblemText.jsonLines(of: problems), as: UTF8.self) == #"""
                {"severity":"error","file":"a.yaml","line":2,"column":8,"message":"A “\"” here.","remedy":"Remove\nit."}
                {"severity":"warning","message":"M.","remedy":"R."}

                """#
        )
    }
}
