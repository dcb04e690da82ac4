#!/bin/sh
# Runs one task of a slice on the node that Slurm chose: the batch script of the array, argument 1 is the slice's folder.
# Nothing but a POSIX shell and what every Linux has. What it promises:
#   - A task starts at most once, whatever Slurm does: whoever makes lock/N runs it, and the launcher makes it to revoke it.
#   - end/N appears whole, and only when no process of the task is left.
#   - beat/N changes as long as the task may live. When it can't be written, the task is ended before anybody takes it for dead.
#   - stop/N, looked for again and again, ends the task, also when no signal gets through.
umask 077
PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
# Milliseconds, into `ms`: without a process of its own.
uptime() { read -r ms _ </proc/uptime; ms=${ms%.*}${ms#*.}0; }
# A rename is the only way in which a file appears whole; a full disk delays it.
put() { until printf '%s\n' "$3" >"$2/.$1.$$" && mv -f "$2/.$1.$$" "$2/$1"; do sleep 5; done; }

if [ "$1" != run ]; then
  cd "$1" || exit 75
  i=$SLURM_ARRAY_TASK_ID
  mkdir "lock/$i" 2>/dev/null || exit 0
  read -r boot </proc/sys/kernel/random/boot_id
  printf '%s\n' "$SLURMD_NODENAME" "$SLURM_JOB_ID" "$boot" "${SLURM_RESTART_COUNT:-0}" >"lock/$i/by"
  # All in one call or none: without -n and -x what is too much would be cut into several. -s: as much as the system takes;
  # xargs lowers it by itself. Slurm keeps the script's copy while it runs.
  xargs -0 -x -n 1000000 -s 2000000 sh "$0" run "$i" "$SLURMD_NODENAME" "$SLURM_JOB_ID" <"cmd/$i" 2>"lock/$i/xargs" &
  xargs=$!
  forward() { [ -s "lock/$i/pid" ] && read -r pid <"lock/$i/pid" && kill "-$1" "$pid" 2>/dev/null; }
  trap 'forward TERM' TERM
  trap 'forward USR1' USR1
  # A trap ends wait; xargs itself may be ended by what Slurm sends to all, and its child lives on.
  while kill -0 "$xargs" 2>/dev/null; do wait "$xargs"; done
  while forward 0; do sleep 1; done
  [ -e "end/$i" ] || { [ -s "lock/$i/pid" ] && exit 70; put "$i" end "refused program E2BIG"; exit 126; }
  read -r code _ <"end/$i"
  case $code in *[!0-9]*) exit 126 ;; *) exit "$code" ;; esac
fi

i=$2 node=$3 job_id=$4 task=$5 cwd=$6 log=$7 timeout=$8 grace=$9
shift 9
beat=$1
shift
echo $$ >"lock/$i/pid"
began=$(date +%s%3N)
case $began in *[!0-9]*) began=$(date +%s)000 ;; esac
uptime
up=$ms why=exited main='' killer='' timer=''
# For who comes after a node that is lost: it need not be whole at once.
echo "$began $node $job_id" >"begin/$i"

# Every process of the task, also one that left group and session: by the variable that only they have.
# Their pids, into `pids`.
left() {
  pids=''
  for p in $(grep -lzxF "SLIPWAY_TASK=$task" /proc/[0-9]*/environ 2>/dev/null); do
    p=${p#/proc/}
    pids="$pids ${p%%/*}"
  done
}
halt() { # MS: asks each process once, waits, kills, until none is left; one may be between fork and exec just now
  uptime
  until=$((ms + $1)) asked=' ' sig=TERM
  while left; [ -n "$pids" ] || kill -0 "$main" 2>/dev/null; do
    uptime
    [ "$ms" -lt "$until" ] || sig=KILL
    for p in $pids; do
      case $asked in *" $p "*) [ $sig = KILL ] || continue ;; esac
      kill -$sig "$p" 2>/dev/null
      kill -CONT "$p" 2>/dev/null
      asked="$asked$p "
    done
    sleep 0.2 2>/dev/null || sleep 1
  done
}
stop() { # WHY MS
  [ "$why" != exited ] || why=$1
  [ -n "$killer" ] || [ -z "$main" ] || { halt "$2" & killer=$!; }
}
# USR1 asks to look at what is there.
look() {
  if [ -e "$slice/stop/$i" ]; then read -r after <"$slice/stop/$i"; stop stopped "${after:-$grace}"
  elif [ -e "$slice/lock/$i/late" ]; then stop timeout "$grace"
  fi
}
nap() { sleep "$1" & s=$!; wait "$s"; }
watch() {
  trap 'kill "$s" 2>/dev/null; exit' TERM
  n=0 missed=0 writer=''
  while nap 1; do
    [ ! -e "stop/$i" ] || kill -USR1 "$parent"
    n=$((n + 1))
    [ $n = 1 ] || [ $((n % beat)) = 0 ] || continue
    left
    rss=$(for p in $pids; do grep VmHWM "/proc/$p/status"; done 2>/dev/null | awk '{ s += $2 } END { if (s) print s }')
    # In a process of its own: a file system that hangs must not hang the watch.
    if [ -n "$writer" ] && { kill -0 "$writer" 2>/dev/null || ! wait "$writer"; }; then missed=$((missed + 1)); else missed=0; fi
    [ $missed -lt 3 ] || { for p in $pids; do kill -KILL "$p"; done; : >"lock/$i/fenced" & }
    kill -0 "$writer" 2>/dev/null || { { echo "$n" >"beat/$i" && { [ -z "$rss" ] || echo "$rss" >>"lock/$i/rss"; }; } & writer=$!; }
  done
}

slice=$PWD parent=$$
trap look USR1
# Slurm asks, and kills soon after.
trap 'stop slurm 3600000' TERM
[ ! -e "stop/$i" ] || why=stopped
[ "$why" = exited ] || { put "$i" end "- $why $began $began 0 - - - 0 $node $job_id"; exit 0; }
(: >>"$log") 2>/dev/null || { put "$i" end "refused log EACCES"; exit 0; }
if ! cd "$cwd" 2>/dev/null; then
  errno=ENOENT
  [ ! -e "$cwd" ] || errno=ENOTDIR
  [ ! -d "$cwd" ] || errno=EACCES
  put "$i" end "refused cwd $errno"
  exit 0
fi
SLIPWAY_TASK=$task env "$@" >>"$log" 2>&1 </dev/null &
main=$!
cd "$slice" || exit 70
[ "$why" = exited ] || stop "$why" "$grace"
watch & watcher=$!
[ "$timeout" = - ] || {
  { trap 'kill "$s" 2>/dev/null; exit' TERM; nap "$timeout"; : >"lock/$i/late"; kill -USR1 "$parent"; } &
  timer=$!
}
# A trap ends the waiting, not the process.
while wait "$main"; code=$?; kill -0 "$main" 2>/dev/null; do :; done
wait "$main" 2>/dev/null
again=$?
[ $again = 127 ] || code=$again
uptime
awake=$((ms - up))
times >"lock/$i/times"
kill "$watcher" ${timer:+"$timer"} 2>/dev/null
strays=0
left
if [ -n "$pids" ]; then
  sleep 0.1 2>/dev/null || sleep 1
  left
  for p in $pids; do strays=$((strays + 1)); done
  [ $strays = 0 ] || [ -n "$killer" ] || halt "$grace"
  [ -z "$killer" ] || wait "$killer"
fi
{ read -r _; read -r user system; } <"lock/$i/times"
rss=''
[ ! -e "lock/$i/rss" ] || rss=$(sort -n "lock/$i/rss" | tail -n 1)
[ ! -e "lock/$i/fenced" ] || why=fenced
# By the clock as it was at the start: one that is set meanwhile must not turn the times round.
put "$i" end "$code $why $began $((began + awake)) $awake $user $system ${rss:--} $((strays)) $node $job_id"
