#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Sourced: how does a test of this folder speak TAP, and who is in the area meanwhile?

here=$(dirname "$(readlink -f "$0")")
default=/sys/kernel/mm/cma/reserved
number=0
failed=0

plan() {	# NR
	echo "TAP version 13"
	echo "1..$1"
}

result() {	# STATUS NAME
	number=$((number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $number $2"
	else
		echo "not ok $number $2"
		failed=1
	fi
}

bail() {
	echo "Bail out! $*"
	exit 1
}

# Runs a command, its output as comments. Ends with its status.
quietly() {
	local status
	"$@" >/tmp/quietly 2>&1
	status=$?
	sed 's/^/# /' /tmp/quietly
	return $status
}

# A counter of the default area.
counter() {
	cat $default/"$1"
}

# Something of this folder that runs in the background until SIGTERM and then tells by its status.
begin() {	# NAME ARGS...
	"$here/$@" >"/tmp/$1.out" 2>&1 &
	echo $! >"/tmp/$1.pid"
}

# Waits until it has said a word. That it never says it shows by its end, or by the runner's time limit.
await() {	# NAME WORD
	while ! grep -q "^$2" "/tmp/$1.out"; do
		kill -0 "$(cat "/tmp/$1.pid")" 2>/dev/null || { sed 's/^/# /' "/tmp/$1.out"; return 1; }
		sleep 1
	done
}

end() {		# NAME
	local status
	kill -TERM "$(cat "/tmp/$1.pid")"
	wait "$(cat "/tmp/$1.pid")"
	status=$?
	sed 's/^\(# \)\?/# /' "/tmp/$1.out"
	return $status
}
