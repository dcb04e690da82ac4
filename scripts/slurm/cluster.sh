#!/usr/bin/env bash
# A Slurm cluster for the tests: three nodes on this machine, with accounting, in one folder. Needs root and Debian's
# packages; neither systemd nor cgroups.
#   cluster.sh up FOLDER       starts it and waits until every node is idle
#   cluster.sh start FOLDER DAEMON…   starts what was killed: slurmctld, slurmdbd, munged, n1, n2, n3
#   cluster.sh down FOLDER     ends every daemon of this folder
# PORTS in the environment: the first of the ports it uses (17000).
set -euo pipefail
command=${1:?up, start or down} root=${2:?a folder}
ports=${PORTS:-17000}
nodes=(n1 n2 n3)
export PATH=$PATH:/usr/sbin:/sbin SLURM_CONF=$root/etc/slurm.conf

# Retries a command until it succeeds, for so many seconds.
await() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || { echo "cluster.sh: $* did not succeed; see $root/log" >&2; return 1; }
    sleep 0.1
  done
}

runs() { [ -s "$root/run/$1.pid" ] && kill -0 "$(cat "$root/run/$1.pid")" 2>/dev/null; }

write_configuration() {
  local host
  host=$(hostname -s)
  # munge refuses folders that others may write to.
  install -d -m 755 "$root" "$root"/{etc,run,log,state,spool,munge}
  [ -s "$root/etc/munge.key" ] || (umask 077 && head -c 128 /dev/urandom >"$root/etc/munge.key")
  # A node is given up after seconds, not minutes; a job that exceeds its memory is ended although there are no cgroups.
  cat >"$root/etc/slurm.conf" <<EOF
ClusterName=slipway
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$((ports + 17))
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$root/run/munge.socket
StateSaveLocation=$root/state
SlurmdSpoolDir=$root/spool/%n
SlurmctldPidFile=$root/run/slurmctld.pid
SlurmdPidFile=$root/run/%n.pid
SlurmctldLogFile=$root/log/slurmctld.log
SlurmdLogFile=$root/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SlurmdParameters=config_overrides
MpiDefault=none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0,bf_interval=5,default_queue_depth=1000,max_array_tasks=1001
MaxArraySize=1001
MaxJobCount=12000
MinJobAge=120
KillWait=3
ReturnToService=2
SlurmdTimeout=8
MessageTimeout=10
DefMemPerCPU=100
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=$host
AccountingStoragePort=$((ports + 19))
AccountingStoragePass=$root/run/munge.socket
AccountingStoreFlags=job_comment
NodeName=n[1-3] NodeHostname=$host NodeAddr=127.0.0.1 Port=[$((ports + 101))-$((ports + 103))] CPUs=4 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=2-00:00:00 DefaultTime=60 State=UP
PartitionName=short Nodes=n3 MaxTime=5 State=UP
EOF
  cat >"$root/etc/slurmdbd.conf" <<EOF
DbdHost=$host
DbdAddr=127.0.0.1
DbdPort=$((ports + 19))
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$root/run/munge.socket
PidFile=$root/run/slurmdbd.pid
LogFile=$root/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$((ports + 6))
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
EOF
  chmod 600 "$root/etc/slurmdbd.conf"
}

start_munged() {
  munged --force --key-file="$root/etc/munge.key" --socket="$root/run/munge.socket" --pid-file="$root/run/munged.pid" \
    --log-file="$root/log/munged.log" --seed-file="$root/munge/seed"
  await 10 munge --socket "$root/run/munge.socket" --no-input
}

start_mariadbd() {
  local socket=$root/mysql/socket
  if [ ! -d "$root/mysql/mysql" ]; then
    install -d -m 700 -o mysql -g mysql "$root/mysql"
    mariadb-install-db --no-defaults --user=mysql --datadir="$root/mysql" --skip-test-db \
      --auth-root-authentication-method=socket >"$root/log/mariadb-install.log" 2>&1
  fi
  mariadbd --no-defaults --user=mysql --datadir="$root/mysql" --bind-address=127.0.0.1 --port=$((ports + 6)) \
    --socket="$socket" --innodb-buffer-pool-size=64M --innodb-lock-wait-timeout=900 --performance-schema=off \
    >"$root/log/mariadbd.log" 2>&1 </dev/null &
  echo $! >"$root/run/mariadbd.pid"
  disown
  await 60 mariadb-admin --no-defaults --socket="$socket" ping
  mariadb --no-defaults --socket="$socket" -e "CREATE DATABASE IF NOT EXISTS slurm_acct_db;
    CREATE USER IF NOT EXISTS slurm@127.0.0.1 IDENTIFIED BY 'slurm'; GRANT ALL ON slurm_acct_db.* TO slurm@127.0.0.1;
    CREATE USER IF NOT EXISTS slurm@localhost IDENTIFIED BY 'slurm'; GRANT ALL ON slurm_acct_db.* TO slurm@localhost;"
}

start() {
  runs "$1" && return
  case $1 in
    munged) start_munged ;;
    mariadbd) start_mariadbd ;;
    slurmdbd)
      slurmdbd
      await 60 sacctmgr -n -P show cluster
      [ -n "$(sacctmgr -n -P show cluster slipway)" ] || sacctmgr -i add cluster slipway >/dev/null
      ;;
    slurmctld)
      slurmctld -f "$SLURM_CONF"
      await 30 scontrol ping
      ;;
    n[1-3])
      install -d -m 755 "$root/spool/$1"
      slurmd -N "$1" -f "$SLURM_CONF"
      ;;
    *) echo "cluster.sh: no daemon is called $1" >&2; exit 2 ;;
  esac
}

all_idle() { [ "$(sinfo -h -N -p main -o %t | sort -u)" = idle ]; }

# Ends the process of a pid file, if it still is that program.
finish() {
  local pid
  pid=$(cat "$root/run/$1.pid" 2>/dev/null) || return 0
  if [[ $(cat "/proc/$pid/comm" 2>/dev/null) == "$2" ]]; then
    kill -CONT "$pid" 2>/dev/null || true
    kill "$pid" 2>/dev/null || true
    await 5 bash -c "! kill -0 $pid" 2>/dev/null || kill -9 "$pid" 2>/dev/null || true
  fi
  rm -f "$root/run/$1.pid"
}

case $command in
  up)
    write_configuration
    for daemon in munged mariadbd slurmdbd slurmctld "${nodes[@]}"; do start "$daemon"; done
    await 60 all_idle
    ;;
  start) for daemon in "${@:3}"; do start "$daemon"; done ;;
  down)
    for node in "${nodes[@]}"; do finish "$node" slurmd; done
    # Those of a killed slurmd hold files of its spool folder.
    for fd in $(find /proc/[0-9]*/fd -lname "$root/*" 2>/dev/null | cut -d/ -f3 | sort -u); do
      [[ $(cat "/proc/$fd/comm" 2>/dev/null) != slurmstepd ]] || kill -9 "$fd" 2>/dev/null || true
    done
    for daemon in slurmctld slurmdbd mariadbd munged; do finish "$daemon" "$daemon"; done
    ;;
  *) echo "cluster.sh: up, start or down" >&2; exit 2 ;;
esac
