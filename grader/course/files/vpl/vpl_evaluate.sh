#!/bin/bash
# VPL runs this for an evaluation, and then vpl_execution, which it must write.
cat > vpl_execution <<'END'
#!/bin/bash
python3 vpl_grade.py || cat no_result.txt
END
chmod +x vpl_execution
