#include "loop/work.h"

#include <boost/test/unit_test.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace coder;
using loop::Loop;
using loop::Work;

BOOST_AUTO_TEST_CASE(a_job_runs_elsewhere_and_its_value_comes_back_to_the_loop) {
  Loop loop;
  const std::thread::id here = std::this_thread::get_id();
  std::thread::id there, back;
  std::string got;
  const Work work(
      loop,
      [&there, word = std::string("a word that is too long to live inside the string")] {
        there = std::this_thread::get_id();
        return word + "!";
      },
      [&](std::string value) {
        back = std::this_thread::get_id();
        got = std::move(value);
      });
  BOOST_TEST(got.empty());  // never inside the constructor
  loop.run();
  BOOST_TEST(got == "a word that is too long to live inside the string!");
  BOOST_CHECK(there != here);
  BOOST_CHECK(back == here);
}

BOOST_AUTO_TEST_CASE(values_that_only_move_pass_through) {
  Loop loop;
  std::unique_ptr<int> got;
  const Work work(
      loop, [in = std::make_unique<int>(20)]() mutable { return std::make_unique<int>(*in + 1); },
      [&](std::unique_ptr<int> value) { got = std::move(value); });
  loop.run();
  BOOST_REQUIRE(got);
  BOOST_TEST(*got == 21);
}

BOOST_AUTO_TEST_CASE(work_may_be_destroyed_in_its_own_callback) {
  Loop loop;
  std::unique_ptr<Work> work;
  const std::string text = "captured, and read when the object is gone";
  bool whole = false;
  work = std::make_unique<Work>(
      loop, [] { return 1; },
      [&, text](int) {
        work.reset();
        whole = text.size() > 10;
      });
  loop.run();
  BOOST_TEST(whole);
}

BOOST_AUTO_TEST_CASE(destroyed_while_it_runs_it_ends_without_a_call) {
  Loop loop;
  std::promise<void> begun, go_on;
  const auto held = std::make_shared<std::string>("owned by the job");
  const std::weak_ptr<std::string> watched = held;
  bool called = false;
  std::string seen;
  auto work = std::make_unique<Work>(
      loop,
      [&begun, &seen, gate = go_on.get_future(), held]() mutable {
        begun.set_value();
        gate.wait();
        seen = *held;
        return 0;
      },
      [&](int) { called = true; });
  begun.get_future().wait();
  work.reset();
  go_on.set_value();
  loop.run();
  BOOST_TEST(!called);
  BOOST_TEST(seen == "owned by the job");
  BOOST_TEST(watched.use_count() == 1);  // only `held` is left: the job has let go
}

BOOST_AUTO_TEST_CASE(destroyed_before_it_begins_it_still_runs) {
  bool ran = false, called = false;
  {
    Loop loop;
    Work(
        loop,
        [&ran] {
          ran = true;
          return 0;
        },
        [&](int) { called = true; });
    // Nobody runs the loop: its destructor waits for the job, whose state would be gone otherwise.
  }
  BOOST_TEST(ran);
  BOOST_TEST(!called);
}

BOOST_AUTO_TEST_CASE(a_job_is_destroyed_where_it_ran) {
  Loop loop;
  std::thread::id where, there;
  const auto tell = [&where](int* value) {
    where = std::this_thread::get_id();
    delete value;
  };
  std::unique_ptr<int, decltype(tell)> held(new int, tell);
  const Work work(
      loop,
      [&there, held = std::move(held)] {
        there = std::this_thread::get_id();
        return 0;
      },
      [](int) {});
  loop.run();
  BOOST_CHECK(where == there);
}

// For the thread sanitizer: an object without locks handed from job to job, each started by the one before.
BOOST_AUTO_TEST_CASE(an_object_may_go_from_job_to_job) {
  struct Chain {
    Loop loop;
    std::shared_ptr<std::vector<int>> values = std::make_shared<std::vector<int>>();
    std::unique_ptr<Work> work;
    void next() {
      work = std::make_unique<Work>(
          loop,
          [values = values] {
            values->push_back(static_cast<int>(values->size()));
            return values->size();
          },
          [this](size_t size) {
            if (size < 200) next();
          });
    }
  } chain;
  chain.next();
  chain.loop.run();
  BOOST_TEST(chain.values->size() == 200u);
  BOOST_TEST(chain.values->back() == 199);
}

// For the sanitizers: many at once, some thrown away at every stage.
BOOST_AUTO_TEST_CASE(many_at_once) {
  Loop loop;
  std::vector<std::unique_ptr<Work>> works;
  int sum = 0;
  for (int i = 0; i < 400; ++i) {
    works.push_back(std::make_unique<Work>(
        loop, [i] { return i; },
        [&, i](int value) {
          sum += value == i ? 1 : 1000;
          if (static_cast<size_t>(i) + 200 < works.size()) works[static_cast<size_t>(i) + 200].reset();
        }));
  }
  for (size_t i = 0; i < 100; ++i) works[i].reset();
  loop.run();
  // The second hundred was called; of the rest some were thrown away by then, some had come first.
  BOOST_TEST(sum >= 100);
  BOOST_TEST(sum <= 300);
}
