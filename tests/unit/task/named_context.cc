#include "task/named_context.h"

#include <boost/test/unit_test.hpp>
#include <cstdlib>

#include "support/temp_folder.h"

using namespace coder;
using task::Mention;
using Kind = task::Mention::Kind;

namespace {

/// A project on disk with an index, and what an editor has open of it.
struct Project {
  test::TempFolder folder;
  loop::Loop loop;
  privacy::PathRules rules{{"client/**"}, {}};
  workspace::Mirrors mirrors;
  std::unique_ptr<workspace::Indexer> indexer;
  task::Surroundings around;

  Project() {
    folder.file(
        "src/price.py",
        "class Price:\n    def total(self):\n        return 1\n\n\ndef total_price(items):\n    return 2\n");
    folder.file("client/deal.py", "def client_deal():\n    return 3\n");
    folder.file(".env", "KEY=1\n");
  }
  ~Project() { indexer.reset(); }

  void open(int64_t buf, const std::string& name, const std::vector<std::string>& lines) {
    mirrors.open(buf, folder / name);
    mirrors.apply(buf, {1, 0, -1, lines});
  }

  Result<task::Named> get(const std::vector<Mention>& mentions) {
    if (!indexer) {
      workspace::Indexer::Options options;
      options.root = folder.path();
      options.watch = false;
      indexer = std::make_unique<workspace::Indexer>(
          loop, options, [] {}, [](const std::string&) {});
    }
    task::Surroundings now = around;
    now.root = folder.path();
    now.rules = &rules;
    now.indexer = indexer.get();
    const auto text = [this](int64_t buf) {
      const workspace::Mirror* mirror = mirrors.find(buf);
      return task::Surroundings::Text{mirror, rules.judge(mirror->path)};
    };
    if (mirrors.find(1)) now.buffer = text(1);
    now.open = [this, text](const std::string& path) -> std::optional<task::Surroundings::Text> {
      const auto found = mirrors.at(path);
      return found ? std::optional(text(*found)) : std::nullopt;
    };
    std::optional<Result<task::Named>> out;
    task::NamedContext context(loop, mentions, std::move(now), [&](Result<task::Named> got) {
      BOOST_TEST(!out.has_value());
      out = std::move(got);
      loop.stop();
    });
    BOOST_TEST(!out.has_value());  // never inside of the constructor
    loop.run();
    return std::move(*out);
  }
  std::string error(const std::vector<Mention>& mentions) {
    const Result<task::Named> got = get(mentions);
    return got ? "" : got.error().text();
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

BOOST_AUTO_TEST_CASE(files_buffers_and_selections) {
  Project project;
  project.open(1, "src/open.py", {"a = 1", "b = 2", "c = 3"});
  project.open(2, "src/price.py", {"unsaved = True"});
  project.around.selection = std::pair<int64_t, int64_t>(2, 3);
  const Result<task::Named> got = project.get({{Kind::buffer, ""},
                                               {Kind::selection, ""},
                                               {Kind::file, "src/price.py"},
                                               {Kind::file, "client/deal.py"}});
  BOOST_REQUIRE(got.ok());
  BOOST_REQUIRE(got->sources.size() == 4U);
  BOOST_TEST(got->sources[0].text == "a = 1\nb = 2\nc = 3\n");
  BOOST_TEST(got->sources[0].shown_path == "src/open.py");
  BOOST_TEST(got->sources[1].text == "b = 2\nc = 3\n");
  BOOST_TEST(got->sources[1].first == 2U);
  BOOST_TEST(got->sources[2].text == "unsaved = True\n");  // the buffer, not the file
  BOOST_TEST((got->sources[3].label == privacy::Label::local_only));
  BOOST_TEST((got->sources[2].label == privacy::Label::any));
  BOOST_TEST(!got->repo);
  BOOST_TEST(project.get({{Kind::repo, ""}})->repo);
}

BOOST_AUTO_TEST_CASE(symbols_by_name_and_by_owner) {
  Project project;
  const Result<task::Named> one = project.get({{Kind::symbol, "total_price"}});
  BOOST_REQUIRE(one.ok());
  BOOST_REQUIRE(one->sources.size() == 1U);
  BOOST_TEST(one->sources[0].text == "def total_price(items):\n    return 2");
  BOOST_TEST(one->sources[0].first == 6U);
  const Result<task::Named> owned = project.get({{Kind::symbol, "Price.total"}});
  BOOST_REQUIRE(owned.ok());
  BOOST_TEST(has(owned->sources[0].text, "def total(self)"));
  BOOST_TEST((project.get({{Kind::symbol, "client_deal"}})->sources[0].label == privacy::Label::local_only));
  BOOST_TEST(has(project.error({{Kind::symbol, "total_prise"}}), "did you mean #symbol:total_price?"));
  BOOST_TEST(has(project.error({{Kind::symbol, "Nothing.total"}}), "no such symbol"));
}

BOOST_AUTO_TEST_CASE(what_cannot_be_had_is_told) {
  Project project;
  BOOST_TEST(has(project.error({{Kind::buffer, ""}}), "#buffer: there is no file"));
  BOOST_TEST(has(project.error({{Kind::file, "nope.py"}}), "#file:nope.py: "));
  BOOST_TEST(has(project.error({{Kind::file, ".env"}}), "never-send"));
  BOOST_TEST((project.get({{Kind::file, ".env"}}).error().kind == ErrorKind::policy));
  BOOST_TEST(has(project.error({{Kind::diagnostics, ""}}), "there are none"));
  BOOST_TEST(has(project.error({{Kind::diff, ""}}), "#diff: "));  // no repository here
  project.open(1, "src/open.py", {"a"});
  BOOST_TEST(has(project.error({{Kind::selection, ""}}), "nothing was selected"));
}

BOOST_AUTO_TEST_CASE(diagnostics_and_the_diff_carry_labels) {
  Project project;
  project.around.diagnostics = {{project.folder / "src/price.py", 2, "error", "no total\nhere"},
                                {project.folder / ".env", 1, "error", "KEY=1"}};
  const Result<task::Named> open = project.get({{Kind::diagnostics, ""}});
  BOOST_REQUIRE(open.ok());
  BOOST_TEST(open->sources[0].text == "src/price.py:2: error: no total here\n");
  BOOST_TEST((open->sources[0].label == privacy::Label::any));
  project.around.diagnostics.push_back({project.folder / "client/deal.py", 1, "warning", "unused"});
  BOOST_TEST((project.get({{Kind::diagnostics, ""}})->sources[0].label == privacy::Label::local_only));

  const std::string git =
      "cd '" + project.folder.path() +
      "' && git init -q && git add -A src client && git -c user.name=t -c user.email=t@t commit -qm x && ";
  BOOST_REQUIRE(std::system((git + "true").c_str()) == 0);
  BOOST_TEST(has(project.error({{Kind::diff, ""}}), "nothing has changed"));
  project.folder.file("src/price.py", "total = 3\n");
  const Result<task::Named> diff = project.get({{Kind::diff, ""}});
  BOOST_REQUIRE(diff.ok());
  BOOST_TEST(has(diff->sources[0].text, "+total = 3"));
  BOOST_TEST((diff->sources[0].label == privacy::Label::any));
  project.folder.file("client/deal.py", "deal = 4\n");
  BOOST_TEST((project.get({{Kind::diff, ""}})->sources[0].label == privacy::Label::local_only));
}

BOOST_AUTO_TEST_CASE(it_may_be_dropped_while_it_works) {
  Project project;
  BOOST_TEST(project.get({{Kind::repo, ""}}).ok());
  {
    task::Surroundings around;
    around.root = project.folder.path();
    around.rules = &project.rules;
    around.indexer = project.indexer.get();
    around.open = [](const std::string&) { return std::nullopt; };
    task::NamedContext context(project.loop, {{Kind::symbol, "total_price"}, {Kind::diff, ""}},
                               std::move(around),
                               [](const Result<task::Named>&) { BOOST_ERROR("called after its end"); });
  }
  loop::Timer over(project.loop, [&] { project.loop.stop(); });
  over.start(Millis(100));
  project.loop.run();
}
