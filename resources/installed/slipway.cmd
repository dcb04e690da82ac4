@echo off
rem The installed command line: Slipway's own Node runs it, beside the app.
"%~dp0..\cli\runtime\node.exe" "%~dp0..\cli\out\cli\index.js" %*
