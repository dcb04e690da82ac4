; Windows, for this user only: `slipway` on the user's path, and an uninstaller that asks before it deletes data.
!macro customInstall
  nsExec::Exec `powershell -NoProfile -Command "$$d='$INSTDIR\resources\bin'; $$p=[Environment]::GetEnvironmentVariable('Path','User'); if (($$p -split ';') -notcontains $$d) { [Environment]::SetEnvironmentVariable('Path', ($$p.TrimEnd(';') + ';' + $$d), 'User') }"`
!macroend

!macro customUnInstall
  nsExec::Exec `powershell -NoProfile -Command "$$d='$INSTDIR\resources\bin'; $$p=[Environment]::GetEnvironmentVariable('Path','User'); [Environment]::SetEnvironmentVariable('Path', (($$p -split ';' | Where-Object { $$_ -ne $$d }) -join ';'), 'User')"`
  ${ifNot} ${isUpdated}
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the queue, its history and all logs too?$\r$\n$LOCALAPPDATA\slipway" /SD IDNO IDNO keepData
      RMDir /r "$LOCALAPPDATA\slipway"
    keepData:
  ${endIf}
!macroend
