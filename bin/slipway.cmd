@echo off
rem Starts the built command line: SLIPWAY_NODE, else the Node of this checkout, else the one on PATH.
setlocal
set "root=%~dp0.."
if not exist "%root%\out\cli\index.js" (
  echo slipway: not built yet. Run in %root%: npm ci ^&^& npm run build 1>&2
  exit /b 2
)
set "node=node"
if exist "%root%\node_modules\node\bin\node.exe" set "node=%root%\node_modules\node\bin\node.exe"
if defined SLIPWAY_NODE set "node=%SLIPWAY_NODE%"
"%node%" "%root%\out\cli\index.js" %*
