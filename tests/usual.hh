// SPDX-License-Identifier: BSD-2-Clause
// tests/usual.hh - what most tests include, and all of them see: it is read once, and comes compiled to all others. A
// test still names what it uses.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/fake/result.hh"
