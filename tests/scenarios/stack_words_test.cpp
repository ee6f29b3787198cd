// Stacks in the words of a command line.
#include "scenarios/stack_words.hpp"

#include <catch2/catch.hpp>

using namespace fencelab::scenarios;

TEST_CASE("A preset alone is a stack without changes") {
  const StackWords words = parse_stack("linux-implicit");
  CHECK(words.error.empty());
  CHECK(words.stack.name == "linux-implicit");
  CHECK(words.stack.preset == "linux-implicit");
  CHECK(words.stack.axes.empty());
}

TEST_CASE(
    "Changes of a preset name policies and parameters, and the stack is called what was said") {
  const StackWords words = parse_stack("xe,flip=deadline,flip.margin=2 ms,hang.timeout=1.5 s");
  CHECK(words.error.empty());
  CHECK(words.stack.name == "xe,flip=deadline,flip.margin=2 ms,hang.timeout=1.5 s");
  CHECK(words.stack.preset == "xe");
  CHECK(words.stack.axes.at("flip").policy == "deadline");
  CHECK(words.stack.axes.at("flip").parameters.at("margin") == "2 ms");
  CHECK(words.stack.axes.at("hang").policy.empty());
  CHECK(words.stack.axes.at("hang").parameters.at("timeout") == "1.5 s");
}

TEST_CASE(
    "A stack of the scenario comes before a preset, and a changed policy holds on every GPU") {
  StackSpec known;
  known.name = "ours";
  known.preset = "kfd";
  known.axes["hang"].policy = "none";
  known.gpu_axes["gpu1"]["flip"].policy = "deadline";
  known.gpu_axes["gpu1"]["bind"].policy = "sync";
  const StackSpec stack = parse_stack("ours,flip=wait-signaled", {known}).stack;
  CHECK(stack.name == "ours,flip=wait-signaled");
  CHECK(stack.preset == "kfd");
  CHECK(stack.axes.at("hang").policy == "none");
  CHECK(stack.axes.at("flip").policy == "wait-signaled");
  CHECK(stack.gpu_axes.at("gpu1").count("flip") == 0);
  CHECK(stack.gpu_axes.at("gpu1").at("bind").policy == "sync");
}

TEST_CASE("What is no change of a stack is an error that names it") {
  for (const char* const text :
       {"xe,", "xe,flip", "xe,=deadline", "xe,flip=", "xe,.margin=1 ms", "xe,flip.=1 ms"}) {
    INFO(text);
    CHECK(parse_stack(text).error.find("expected axis=policy or axis.parameter=value") !=
          std::string::npos);
  }
}
